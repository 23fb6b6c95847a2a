// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks that learn what to add to a picture instead of the picture: with a last convolution of
// zeros they begin as the identity, to the bit.
#pragma once

#include <torch/torch.h>

namespace gan {

// Weights and bias of a convolution become 0.
inline void start_at_zero(torch::nn::Conv2dImpl& last) {
  torch::NoGradGuard no_grad;
  last.weight.zero_();
  if (last.bias.defined()) last.bias.zero_();
}

// {N, C, H, W} + {N, C, H', W'} -> {N, C, H, W}, where H' >= H and W' >= W: networks of halves and
// quarters give more than they got of sides that are no multiples.
inline torch::Tensor add_to(const torch::Tensor& image, const torch::Tensor& addition) {
  return image + addition.slice(2, 0, image.size(2)).slice(3, 0, image.size(3));
}

}  // namespace gan
