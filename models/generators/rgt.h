// SPDX-License-Identifier: LGPL-2.1-or-later
// RGT (Chen et al. 2024, arXiv:2303.06373): blocks of attention within windows, and to a few tokens
// of the whole picture, in turn.
#pragma once

#include "models/blocks/split_transformer.h"

namespace gan {

struct RgtOptions : TransformerOptions {
  RgtOptions();
  std::string split = "8-32";  // sides of the windows, one a multiple of the other
  double mlp_ratio = 2;        // 0.1..8, width of a block's linear layers
  int reduced = 90;            // 1..1024, a multiple of heads: width of the tokens of the whole
  bool qkv_bias = true;
  void visit(OptionVisitor& v) override;
};

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped; sides of at least
// 16.
class Rgt : public ImageNetwork {
 public:
  using OptionsType = RgtOptions;
  explicit Rgt(const RgtOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  SplitTransformer body_;
};

}  // namespace gan
