// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

struct VggStyleOptions : Options {
  int in_channels = 3;  // 1..16
  int features = 64;    // 1..512
  int side = 128;       // 128 or 256
  void visit(OptionVisitor& v) override;
};

// The discriminator of SRGAN and ESRGAN (Ledig et al. 2017, arXiv:1609.04802, figure 4) as BasicSR
// builds it: {N, in_channels, side, side} in [0, 1] -> {N, 1} logits.
class VggStyle : public ImageNetwork {
 public:
  using OptionsType = VggStyleOptions;
  explicit VggStyle(const VggStyleOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  struct Stage {
    Conv keep{nullptr}, halve{nullptr};
    BatchNorm keep_norm{nullptr}, halve_norm{nullptr};
  };
  VggStyleOptions options_;
  std::vector<Stage> stages_;
  torch::nn::Linear linear1_{nullptr}, linear2_{nullptr};
};

}  // namespace gan
