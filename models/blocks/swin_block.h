// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/norm.h"
#include "models/blocks/windows.h"

namespace gan {

struct SwinShape {
  int64_t features, heads, window, hidden;
  bool shifted;
};

// Swin's block: attention within windows, then two linear layers, each after a norm and added to
// its input.
class SwinBlock : public torch::nn::Module {
 public:
  explicit SwinBlock(const SwinShape& shape) : shape_(shape) {
    norm1_ = register_module("norm1", LayerNorm(shape.features));
    attn_ = register_module("attn", WindowAttention(shape.features, shape.heads, shape.window));
    norm2_ = register_module("norm2", LayerNorm(shape.features));
    mlp_ = register_module("mlp", Mlp(shape.features, shape.hidden));
  }

  // x {N, H, W, C}, sides multiples of the window; mask: of shift_mask() by half a window.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& mask) {
    const auto y = x + attended(norm1_(x), mask);
    return y + mlp_(norm2_(y));
  }

 private:
  torch::Tensor attended(const torch::Tensor& x, const torch::Tensor& mask) {
    const WindowSize window{shape_.window, shape_.window};
    const int64_t shift = shape_.shifted ? shape_.window / 2 : 0;
    const auto windows =
        attn_(to_windows(rolled(x, -shift, -shift), window), shift > 0 ? mask : torch::Tensor());
    return rolled(from_windows(windows, window, x.sizes()), shift, shift);
  }

  SwinShape shape_;
  LayerNorm norm1_{nullptr}, norm2_{nullptr};
  WindowAttention attn_{nullptr};
  Mlp mlp_{nullptr};
};

// Of pictures of that size and windows shifted by half; undefined where the window has one pixel.
inline torch::Tensor half_shift_mask(const torch::Tensor& picture, int64_t window) {
  if (window < 2) return {};
  return shift_mask(picture.size(1), picture.size(2), {window, window}, {window / 2, window / 2})
      .to(picture.options());
}

// A picture {N, H, W, C} through groups, whose forward() takes it and the mask of windows shifted
// by half.
template <class Groups>
torch::Tensor through_groups(torch::Tensor picture, int64_t window, Groups& groups) {
  const auto mask = half_shift_mask(picture, window);
  for (auto& group : groups) picture = group->forward(picture, mask);
  return picture;
}

}  // namespace gan
