// SPDX-License-Identifier: LGPL-2.1-or-later
// SPAN, the swift parameter-free attention network (Wan et al. 2023, arXiv:2311.12770): six blocks
// of three convolutions whose result weighs itself. In training each convolution is a sum of
// branches, which are one 3x3 convolution afterwards.
#pragma once

#include "models/network.h"
#include "models/plans/span.h"

namespace gan {

class SpanConv;
class SpanBlock;

// {N, in_channels, H, W} in [0, 1] -> {N, out_channels, scale H, scale W}, not clamped.
class Span : public ImageNetwork {
 public:
  using OptionsType = SpanOptions;
  explicit Span(const SpanOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  SpanOptions options_;
  std::shared_ptr<SpanConv> conv_1_, conv_2_;
  std::vector<std::shared_ptr<SpanBlock>> blocks_;
  torch::nn::Conv2d conv_cat_{nullptr}, upsampler_{nullptr};
};

}  // namespace gan
