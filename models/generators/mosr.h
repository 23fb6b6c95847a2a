// SPDX-License-Identifier: LGPL-2.1-or-later
// MoSR, a row of gated blocks with a depthwise convolution (umzi, 2024; of neosr and
// traiNNer-redux).
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"

namespace gan {

struct MosrOptions : Options {
  int channels = 3;    // 1..4
  int features = 64;   // 4..1024
  int blocks = 24;     // 1..256
  int hidden = 96;     // 1..4096, width within a block
  int depthwise = 64;  // 1..hidden: channels that the depthwise convolution sees
  int kernel = 7;      // 1..31, odd: of the depthwise convolution
  int scale = 4;       // 1..8
  // shuffle: a convolution and a pixel shuffle; mean: the mean of eight such; dysample.
  std::string upsampler = "shuffle";
  void visit(OptionVisitor& v) override;
};

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class Mosr : public ImageNetwork {
 public:
  using OptionsType = MosrOptions;
  explicit Mosr(const MosrOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  MosrOptions options_;
  torch::nn::Sequential gblocks_;
  Conv shortcut_first_{nullptr}, shortcut_second_{nullptr}, shortcut_point_{nullptr};
  Conv up_{nullptr};
  torch::nn::AnyModule sample_;
};

}  // namespace gan
