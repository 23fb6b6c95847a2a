// SPDX-License-Identifier: LGPL-2.1-or-later
// DCGAN's generator (Radford et al. 2016, arXiv:1511.06434, section 3) as PyTorch's examples build
// it; parameters are named as there.
#pragma once

#include "models/network.h"

namespace gan {

struct DcganOptions : Options {
  int latent = 100;   // 1..4096
  int features = 64;  // 1..512, feature maps before the last layer
  int channels = 3;   // 1..4
  int side = 64;      // 16, 32, 64, 128, 256, or 28: the form for MNIST, a 32 that is cropped
  void visit(OptionVisitor& v) override;
};

// {N, latent} ~ N(0, 1) -> {N, channels, side, side} in [-1, 1].
class Dcgan : public LatentNetwork {
 public:
  using OptionsType = DcganOptions;
  explicit Dcgan(const DcganOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor latent) override;

 private:
  DcganOptions options_;
  torch::nn::Sequential main_;
};

// Layers of stride 2 between 4x4 and side (28 counts as 32). Throws Error(kSettings) for a side
// that DCGAN has not.
int dcgan_stages(int side, const char* network);

}  // namespace gan
