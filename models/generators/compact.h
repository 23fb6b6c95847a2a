// SPDX-License-Identifier: LGPL-2.1-or-later
// SRVGGNetCompact, the small super-resolution network of Real-ESRGAN: a row of 3x3 convolutions at
// the input's size, a pixel shuffle, and the nearest-neighbour enlargement of the input added. With
// `unshuffle`, which is this project's, the row works on the input's pixel-unshuffle.
#pragma once

#include "models/network.h"
#include "models/plans/compact.h"

namespace gan {

// {N, in_channels, H, W} in [0, 1] -> {N, out_channels, scale H, scale W}, not clamped.
class CompactNet : public ImageNetwork {
 public:
  using OptionsType = CompactOptions;
  explicit CompactNet(const CompactOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  CompactOptions options_;
  torch::nn::Sequential body_;
};

}  // namespace gan
