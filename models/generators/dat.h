// SPDX-License-Identifier: LGPL-2.1-or-later
// DAT (Chen et al. 2023, arXiv:2308.03364): blocks of attention within windows and between channels
// in turn, each with a depthwise convolution beside it that it and the attention weigh in turns.
#pragma once

#include "models/blocks/split_transformer.h"

namespace gan {

struct DatOptions : TransformerOptions {
  DatOptions();
  std::string split = "8-32";  // sides of the windows, one a multiple of the other
  double expansion = 4;        // 0.1..8, width of a block's linear layers
  bool qkv_bias = true;        // of the linear layers before the attention
  void visit(OptionVisitor& v) override;
};

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class Dat : public ImageNetwork {
 public:
  using OptionsType = DatOptions;
  explicit Dat(const DatOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  SplitTransformer body_;
};

}  // namespace gan
