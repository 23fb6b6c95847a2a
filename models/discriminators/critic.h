// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/chain.h"
#include "models/network.h"

namespace gan {

struct CriticOptions : Options {
  int in_channels = 3;    // 1..16
  int features = 128;     // 4..512
  int blocks = 3;         // 1..6 halvings after the first
  double dropout = 0.15;  // 0..0.9 of whole feature maps, half of it after the first layer
  void visit(OptionVisitor& v) override;
};

// fast.ai's gan_critic: spectral-normed convolutions with self-attention after the first block.
// {N, in_channels, H, W} -> {N, k} logits, one for each patch: k = (H / 2^(blocks + 1) - 3) *
// (W / 2^(blocks + 1) - 3).
class Critic : public ImageNetwork {
 public:
  using OptionsType = CriticOptions;
  explicit Critic(const CriticOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  CriticOptions options_;
  Chain first_{nullptr}, dense1_{nullptr}, dense2_{nullptr}, last_{nullptr};
  std::vector<Chain> halvings_;
};

}  // namespace gan
