// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/normalised_conv.h"

namespace gan {

// Self-attention over all pixels (Zhang et al. 2019, arXiv:1805.08318, section 3) as fast.ai builds
// it: 1x1 query and key of channels / 8, value of channels, each spectral-normed and without bias;
// x + gamma * value * softmax(query' key), gamma starting at 0. Memory grows with (H W)^2.
class SelfAttentionImpl : public torch::nn::Module {
 public:
  // Throws Error(kSettings) for fewer than 8 channels.
  explicit SelfAttentionImpl(int64_t channels);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  SpectralConv query_{nullptr}, key_{nullptr}, value_{nullptr};
  torch::Tensor gamma_;  // {1}
};
TORCH_MODULE(SelfAttention);

}  // namespace gan
