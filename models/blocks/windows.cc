// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/windows.h"

#include <cmath>

#include "models/machine/interruption.h"

namespace gan {

using torch::Tensor;

Tensor to_windows(const Tensor& picture, WindowSize window) {
  const int64_t n = picture.size(0), rows = picture.size(1) / window.height,
                columns = picture.size(2) / window.width;
  return picture.reshape({n, rows, window.height, columns, window.width, -1})
      .transpose(2, 3)
      .reshape({n * rows * columns, window.pixels(), -1});
}

Tensor from_windows(const Tensor& windows, WindowSize window, at::IntArrayRef sizes) {
  return windows
      .view({sizes[0], sizes[1] / window.height, sizes[2] / window.width, window.height,
             window.width, -1})
      .transpose(2, 3)
      .reshape({sizes[0], sizes[1], sizes[2], -1});
}

Tensor relative_index(WindowSize window) {
  const auto rows = torch::arange(window.height, torch::kLong).repeat_interleave(window.width),
             columns = torch::arange(window.width, torch::kLong).repeat(window.height);
  const auto distance = [](const Tensor& place) { return place.unsqueeze(1) - place.unsqueeze(0); };
  return (distance(rows) + window.height - 1) * (2 * window.width - 1) + distance(columns) +
         window.width - 1;
}

namespace {

// Three parts of a line: what stays, what the last window has of its own, what was rolled there.
Tensor parts_of_line(int64_t length, int64_t window, int64_t shift) {
  const auto parts = torch::zeros({length}, torch::kLong);
  parts.slice(0, length - window).fill_(1);
  parts.slice(0, length - shift).fill_(2);
  return parts;
}

}  // namespace

Tensor parts_of_shifted(int64_t height, int64_t width, WindowSize window, WindowSize shift) {
  const auto parts = parts_of_line(height, window.height, shift.height).unsqueeze(1) * 3 +
                     parts_of_line(width, window.width, shift.width);
  return to_windows(parts.view({1, height, width, 1}), window).squeeze(2);
}

Tensor mask_between(const Tensor& queries, const Tensor& keys) {
  return queries.unsqueeze(2).ne(keys.unsqueeze(1)).to(torch::kFloat).mul_(-100);
}

Tensor position_bias(const Tensor& table, const Tensor& index) {
  return table.index_select(0, index.flatten().to(table.device()))
      .view({1, index.size(0), index.size(1), -1})
      .permute({0, 3, 1, 2});
}

Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& bias,
              const Tensor& mask) {
  end_if_interrupted();
  Tensor weights = at::matmul(query, key.transpose(-2, -1));
  if (bias.defined()) weights = weights + bias;
  if (mask.defined()) {
    const auto sizes = weights.sizes().vec();
    weights = (weights.view({-1, mask.size(0), sizes[1], sizes[2], sizes[3]}) +
               mask.to(weights.options()).unsqueeze(1))
                  .view(sizes);
  }
  return at::matmul(weights.softmax(-1), value).transpose(1, 2).flatten(2);
}

WindowAttentionImpl::WindowAttentionImpl(int64_t features, int64_t heads, int64_t window)
    : heads_(heads), index_(relative_index({window, window})) {
  const int64_t distances = 2 * window - 1;
  table_ = register_parameter("relative_position_bias_table",
                              0.02 * torch::randn({distances * distances, heads}));
  qkv_ = register_module("qkv", torch::nn::Linear(features, 3 * features));
  proj_ = register_module("proj", torch::nn::Linear(features, features));
}

Tensor WindowAttentionImpl::forward(const Tensor& windows, const Tensor& mask) {
  const int64_t features = windows.size(2);
  const auto parts = qkv_(windows)
                         .view({windows.size(0), windows.size(1), 3, heads_, features / heads_})
                         .permute({2, 0, 3, 1, 4})
                         .unbind();
  const double scale = 1 / std::sqrt(static_cast<double>(features / heads_));
  return proj_(attend(parts[0] * scale, parts[1], parts[2], position_bias(table_, index_), mask));
}

MlpImpl::MlpImpl(int64_t features, int64_t hidden)
    : fc1_(register_module("fc1", torch::nn::Linear(features, hidden))),
      fc2_(register_module("fc2", torch::nn::Linear(hidden, features))) {}

Tensor MlpImpl::forward(const Tensor& x) { return fc2_(at::gelu(fc1_(x))); }

Tensor rolled(const Tensor& picture, int64_t rows, int64_t columns) {
  if (rows == 0 && columns == 0) return picture;
  return at::roll(picture, {rows, columns}, {1, 2});
}

}  // namespace gan
