// SPDX-License-Identifier: LGPL-2.1-or-later
// The residual generator of CycleGAN (Zhu et al. 2017, arXiv:1703.10593, section 7.2, after Johnson
// et al. 2016); parameters are named as in its authors' PyTorch code.
#pragma once

#include "models/network.h"

namespace gan {

struct ResnetOptions : Options {
  int in_channels = 3;                // 1..8
  int out_channels = 3;               // 1..8
  int features = 64;                  // 1..512
  int blocks = 9;                     // 0..64; 9 for pictures of 256 and larger, 6 for 128
  std::string norm = "instance";      // instance | batch | none
  bool dropout = false;               // 0.5 in the blocks while training
  std::string padding = "reflect";    // reflect | replicate | zero, in the blocks
  std::string test_norm = "running";  // running | batch, as in UnetOptions
  // The input plus what the last convolution gives, which starts at 0; no tanh. Wants as many
  // channels out as in.
  bool residual = false;
  void visit(OptionVisitor& v) override;
};

// {N, in_channels, H, W} in [-1, 1] -> {N, out_channels, H, W} in [-1, 1]. Sides that are no
// multiples of 4 come out rounded up to 4 ceil(ceil(side / 2) / 2). With residual not clamped, and
// every side comes out as it went in.
class Resnet : public ImageNetwork {
 public:
  using OptionsType = ResnetOptions;
  explicit Resnet(const ResnetOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  ResnetOptions options_;
  torch::nn::Sequential model_;
};

}  // namespace gan
