// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/split_attention.h"

#include <cmath>

#include "core/error.h"

namespace gan {

using torch::Tensor;

GatedMlpImpl::GatedMlpImpl(int64_t features, int64_t hidden) {
  const int64_t half = hidden / 2;
  fc1_ = register_module("fc1", torch::nn::Linear(features, hidden));
  const auto gate = std::make_shared<Module>();
  norm_ = gate->register_module("norm", LayerNorm(half));
  conv_ = gate->register_module("conv", make_conv({.in = half, .out = half, .groups = half}));
  register_module("sg", gate);
  fc2_ = register_module("fc2", torch::nn::Linear(half, features));
}

Tensor GatedMlpImpl::forward(const Tensor& x) {
  const auto halves = at::gelu(fc1_(x)).chunk(2, 3);
  const auto gate = conv_(norm_(halves[1]).permute({0, 3, 1, 2})).permute({0, 2, 3, 1});
  return fc2_(halves[0] * gate);
}

namespace {

torch::nn::Sequential position_layer(int64_t in, int64_t out) {
  return torch::nn::Sequential(LayerNorm(in), relu(), torch::nn::Linear(in, out));
}

WindowSize turned(WindowSize size) { return {size.width, size.height}; }
int64_t larger(WindowSize size) { return std::max(size.height, size.width); }

}  // namespace

class SplitBranch : public torch::nn::Module {
 public:
  // features, heads: of this half.
  SplitBranch(int64_t features, int64_t heads, WindowSize window)
      : heads_(heads), window_(window), index_(relative_index(window)) {
    const int64_t width = features / 16;
    const auto pos = std::make_shared<Module>();
    proj_ = pos->register_module("pos_proj", torch::nn::Linear(2, width));
    for (int i = 1; i <= 3; ++i)
      layers_.push_back(pos->register_module("pos" + std::to_string(i),
                                             position_layer(width, i < 3 ? width : heads)));
    register_module("pos", pos);
    const auto rows = torch::arange(1 - window.height, window.height),
               columns = torch::arange(1 - window.width, window.width);
    distances_ = register_buffer("rpe_biases", torch::stack(torch::meshgrid({rows, columns}, "ij"))
                                                   .flatten(1)
                                                   .t()
                                                   .to(at::kFloat)
                                                   .contiguous());
  }

  // q, k, v {N, H, W, C}; sides are multiples of the window.
  Tensor forward(const std::array<Tensor, 3>& qkv, const Tensor& mask) {
    Tensor table = proj_(distances_);
    for (auto& layer : layers_) table = layer->forward(table);
    const double scale = 1 / std::sqrt(static_cast<double>(qkv[0].size(3) / heads_));
    const int64_t rows = mask.defined() ? window_.height / 2 : 0,
                  columns = mask.defined() ? window_.width / 2 : 0;
    const auto heads = [&](const Tensor& x) {
      return to_heads(to_windows(rolled(x, -rows, -columns), window_), heads_);
    };
    const auto windows = attend(heads(qkv[0]) * scale, heads(qkv[1]), heads(qkv[2]),
                                position_bias(table, index_), mask);
    return rolled(from_windows(windows, window_, qkv[0].sizes()), rows, columns);
  }

 private:
  int64_t heads_;
  WindowSize window_;
  Tensor index_, distances_;
  torch::nn::Linear proj_{nullptr};
  std::vector<torch::nn::Sequential> layers_;
};

void check_split(const SplitShape& shape, const char* what) {
  check(shape.split.height >= 2 && shape.split.width >= 2 &&
            larger(shape.split) % shape.split.height == 0 &&
            larger(shape.split) % shape.split.width == 0,
        ErrorKind::kSettings, what,
        ": split must be two sides of at least 2, one a multiple of the "
        "other, got ",
        shape.split.height, "-", shape.split.width);
  check(shape.heads % 2 == 0 && shape.features % shape.heads == 0 && shape.features >= 32,
        ErrorKind::kSettings, what,
        ": heads must be even, and features at least 32 and a multiple of them, got ", shape.heads,
        " and ", shape.features);
}

SplitAttention::SplitAttention(torch::nn::Module& module, const SplitShape& shape) : shape_(shape) {
  const auto branches = std::make_shared<torch::nn::Module>();
  for (size_t i = 0; i < 2; ++i)
    branches_[i] = branches->register_module(
        std::to_string(i),
        std::make_shared<SplitBranch>(shape.features / 2, shape.heads / 2,
                                      i == 0 ? shape.split : turned(shape.split)));
  module.register_module("attns", branches);
}

std::array<Tensor, 2> SplitAttention::shifted(const Tensor& picture, WindowSize split) {
  const int64_t multiple = larger(split);
  const auto padded = [&](int64_t side) { return (side + multiple - 1) / multiple * multiple; };
  std::array<Tensor, 2> masks;
  for (size_t i = 0; i < 2; ++i) {
    const WindowSize window = i == 0 ? split : turned(split);
    masks[i] = shift_mask(padded(picture.size(1)), padded(picture.size(2)), window,
                          {window.height / 2, window.width / 2})
                   .to(picture.options());
  }
  return masks;
}

Tensor SplitAttention::forward(const Tensor& qkv, const std::array<Tensor, 2>& masks) {
  const int64_t height = qkv.size(1), width = qkv.size(2), multiple = larger(shape_.split);
  const auto missing = [&](int64_t side) { return (multiple - side % multiple) % multiple; };
  const auto parts =
      at::constant_pad_nd(qkv, {0, 0, 0, missing(width), 0, missing(height)}).chunk(3, 3);
  std::vector<Tensor> halves;
  for (size_t i = 0; i < 2; ++i) {
    const auto half = [&](const Tensor& x) { return x.chunk(2, 3)[i]; };
    halves.push_back(
        branches_[i]->forward({half(parts[0]), half(parts[1]), half(parts[2])}, masks[i]));
  }
  return at::cat(halves, 3).slice(1, 0, height).slice(2, 0, width);
}

}  // namespace gan
