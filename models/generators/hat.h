// SPDX-License-Identifier: LGPL-2.1-or-later
// HAT (Chen et al. 2023, arXiv:2205.04437): SwinIR's blocks with channel attention beside them, and
// at the end of each group attention to windows that overlap.
#pragma once

#include "models/blocks/transformer_frame.h"

namespace gan {

struct HatOptions : TransformerOptions {
  int window = 16;           // 2..64 pixels
  int overlap = 24;          // window..128 pixels: of the windows that overlap
  double mlp_ratio = 2;      // 0.1..8
  int squeezed = 60;         // 1..1024: width of the convolutions beside the attention
  int attention = 6;         // 1..1024: width of their channel attention
  double conv_scale = 0.01;  // 0..1: their share
  void visit(OptionVisitor& v) override;
};

class HatGroup;

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class Hat : public ImageNetwork {
 public:
  using OptionsType = HatOptions;
  explicit Hat(const HatOptions& options);
  NetworkTraits traits() const override { return frame_.traits(options_.window); }
  torch::Tensor forward(torch::Tensor image) override;

 private:
  HatOptions options_;
  TransformerFrame frame_;
  std::vector<std::shared_ptr<HatGroup>> groups_;
};

}  // namespace gan
