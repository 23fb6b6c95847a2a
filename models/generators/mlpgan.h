// SPDX-License-Identifier: LGPL-2.1-or-later
// The first GAN's kind of generator (Goodfellow et al. 2014, arXiv:1406.2661): three dense layers.
#pragma once

#include "models/network.h"

namespace gan {

struct MlpGanOptions : Options {
  int latent = 64;     // 1..4096
  int features = 256;  // 1..8192, width of the two hidden layers
  int channels = 1;    // 1..4
  int side = 28;       // 1..256
  void visit(OptionVisitor& v) override;
};

// {N, latent} ~ N(0, 1) -> {N, channels, side, side} in [-1, 1]. Parameters are named 0, 2 and 4,
// as those of a bare PyTorch Sequential.
class MlpGan : public LatentNetwork {
 public:
  using OptionsType = MlpGanOptions;
  explicit MlpGan(const MlpGanOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor latent) override;

 private:
  MlpGanOptions options_;
  torch::nn::Linear first_{nullptr}, second_{nullptr}, last_{nullptr};
};

}  // namespace gan
