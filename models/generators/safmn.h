// SPDX-License-Identifier: LGPL-2.1-or-later
// SAFMN (Sun et al. 2023, arXiv:2302.13800): blocks that weigh features by maxima of four sizes.
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"

namespace gan {

struct SafmnOptions : Options {
  int features = 36;  // 4..1024, a multiple of 4
  int blocks = 8;     // 1..256
  int hidden = 72;    // 1..4096, width of a block's mixer
  int scale = 4;      // 1..8
  void visit(OptionVisitor& v) override;
};

// {N, 3, H, W} in [0, 1] -> {N, 3, scale H, scale W}, not clamped; sides of at least 8.
class Safmn : public ImageNetwork {
 public:
  using OptionsType = SafmnOptions;
  explicit Safmn(const SafmnOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  SafmnOptions options_;
  Conv to_feat_{nullptr}, to_img_{nullptr};
  torch::nn::Sequential feats_;
};

}  // namespace gan
