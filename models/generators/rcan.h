// SPDX-License-Identifier: LGPL-2.1-or-later
// RCAN (Zhang et al. 2018, arXiv:1807.02758): groups of residual blocks with channel attention.
#pragma once

#include "models/blocks/enlarge.h"
#include "models/network.h"

namespace gan {

struct RcanOptions : Options {
  int channels = 3;       // 1..4, 3 with normalise
  int features = 64;      // 1..1024
  int groups = 10;        // 1..64
  int blocks = 20;        // 1..128 in each group
  int reduction = 16;     // 1..features: of the channels, within the attention
  int scale = 4;          // 1..8
  int unshuffle = 1;      // 1, 2 or 4: the input is unshuffled by it first
  bool normalise = true;  // the original's form: values 0 to 255, less a mean that the file holds
  void visit(OptionVisitor& v) override;
};

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class Rcan : public ImageNetwork {
 public:
  using OptionsType = RcanOptions;
  explicit Rcan(const RcanOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  RcanOptions options_;
  Conv sub_mean_{nullptr}, add_mean_{nullptr}, head_{nullptr}, last_{nullptr};
  torch::nn::Sequential body_;
  Enlarge up_{nullptr};
};

}  // namespace gan
