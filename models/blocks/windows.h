// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures cut into windows, and attention within them (Liu et al. 2021, arXiv:2103.14030).
// Pictures here are {N, H, W, C}; windows {N nH nW, pixels, C} in the order of rows.
#pragma once

#include <torch/torch.h>

namespace gan {

struct WindowSize {
  int64_t height, width;
  int64_t pixels() const { return height * width; }
};

// H and W must be multiples of the window's.
torch::Tensor to_windows(const torch::Tensor& picture, WindowSize window);
torch::Tensor from_windows(const torch::Tensor& windows, WindowSize window, at::IntArrayRef sizes);

// {pixels, pixels} int64: for a pixel of the window and another one the row of a table of
// (2 height - 1)(2 width - 1) that belongs to their distance.
torch::Tensor relative_index(WindowSize window);

// A picture that was rolled by -shift, so that its windows reach over its borders, is made of nine
// parts. {windows, pixels}: the number of each pixel's part.
torch::Tensor parts_of_shifted(int64_t height, int64_t width, WindowSize window, WindowSize shift);
// {windows, queries, keys}: 0, or -100 where a query and a key lie in different parts.
torch::Tensor mask_between(const torch::Tensor& queries, const torch::Tensor& keys);
inline torch::Tensor shift_mask(int64_t height, int64_t width, WindowSize window,
                                WindowSize shift) {
  const auto parts = parts_of_shifted(height, width, window, shift);
  return mask_between(parts, parts);
}

// table {rows, heads}, index {queries, keys} -> {1, heads, queries, keys}
torch::Tensor position_bias(const torch::Tensor& table, const torch::Tensor& index);

// softmax(query key^T + bias + mask) value, of {windows, heads, pixels, C / heads} each; the result
// is {windows, pixels, C}. The query has been scaled. mask may be undefined; bias too.
torch::Tensor attend(const torch::Tensor& query, const torch::Tensor& key,
                     const torch::Tensor& value, const torch::Tensor& bias,
                     const torch::Tensor& mask = {});

// {windows, pixels, C} -> {windows, heads, pixels, C / heads}
inline torch::Tensor to_heads(const torch::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

// Vectors along the last axis, of length 1.
inline torch::Tensor unit_length(const torch::Tensor& x) {
  return torch::nn::functional::normalize(x, torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

// {N, H, W, C} as {N, C, H, W}, and back.
inline torch::Tensor to_planes(const torch::Tensor& x) { return x.permute({0, 3, 1, 2}); }
inline torch::Tensor from_planes(const torch::Tensor& x) { return x.permute({0, 2, 3, 1}); }

// The attention of Swin's blocks: linear layers before and after, a learned bias by distance.
class WindowAttentionImpl : public torch::nn::Module {
 public:
  WindowAttentionImpl(int64_t features, int64_t heads, int64_t window);
  // {windows, pixels, C}
  torch::Tensor forward(const torch::Tensor& windows, const torch::Tensor& mask);

 private:
  int64_t heads_;
  torch::Tensor index_, table_;
  torch::nn::Linear qkv_{nullptr}, proj_{nullptr};
};
TORCH_MODULE(WindowAttention);

// Two linear layers with GELU between.
class MlpImpl : public torch::nn::Module {
 public:
  MlpImpl(int64_t features, int64_t hidden);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Linear fc1_{nullptr}, fc2_{nullptr};
};
TORCH_MODULE(Mlp);

// {N, H, W, C} rolled by that many rows and columns.
torch::Tensor rolled(const torch::Tensor& picture, int64_t rows, int64_t columns);

}  // namespace gan
