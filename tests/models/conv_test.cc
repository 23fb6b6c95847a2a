// SPDX-License-Identifier: LGPL-2.1-or-later
// The convolution engine beside LibTorch.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/core/conv/plans.h"

namespace gan::conv {
namespace {

torch::Tensor tensor(const std::vector<float>& values, at::IntArrayRef sizes) {
  return torch::from_blob(const_cast<float*>(values.data()), sizes).clone();
}
torch::Tensor tensor(const Channels& c) {
  return tensor(c.values, {1, c.channels, c.size.height, c.size.width});
}

// Layer by layer, by LibTorch's operators, in double precision.
torch::Tensor by_torch(const Plan& plan, const Channels& picture) {
  std::vector<torch::Tensor> values = {tensor(picture).to(torch::kDouble)};
  const auto at = [&](Value value) { return values[static_cast<size_t>(value)]; };
  for (const Layer& layer : plan.layers) {
    std::vector<torch::Tensor> read;
    for (const Value value : layer.inputs) read.push_back(at(value));
    torch::Tensor x = torch::cat(read, 1);
    if (layer.unshuffle > 1) x = at::pixel_unshuffle(x, layer.unshuffle);
    if (layer.twice) x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
    const auto weight =
        tensor(layer.weight, {layer.out_channels, x.size(1), layer.kernel, layer.kernel});
    const auto bias =
        layer.bias.empty() ? torch::Tensor() : tensor(layer.bias, {layer.out_channels});
    x = at::conv2d(x, weight.to(x), bias.defined() ? bias.to(x) : bias, 1, layer.kernel / 2);
    if (layer.activation == Activation::kSilu) x = at::silu(x);
    if (layer.activation == Activation::kSlope)
      x = at::prelu(x, tensor(layer.slopes, {static_cast<int64_t>(layer.slopes.size())}).to(x));
    if (layer.gate != kNoValue) x = (x + at(layer.gate)) * (at::sigmoid(x) - 0.5);
    for (const Add& add : layer.adds) x = at(add.value) + add.scale * x;
    if (layer.shuffle > 1) x = at::pixel_shuffle(x, layer.shuffle);
    if (layer.add_picture) x = x + at::upsample_nearest2d(at(kPicture), {x.size(2), x.size(3)});
    values.push_back(x);
  }
  return values.back();
}

// In units of the values' size.
double apart(const Channels& got, const torch::Tensor& expected) {
  const double size = expected.square().mean().sqrt().item<double>();
  return (tensor(got).to(torch::kDouble) - expected).abs().max().item<double>() / (size + 1e-30);
}

void expect_torch(const Plan& plan, Size size, double close = 5e-5) {
  const Channels picture = random_picture(plan.in_channels, size);
  const torch::Tensor expected = by_torch(plan, picture);
  for (const Kernels* kernels : all_kernels())
    for (const Method winograd : {Method::kWinograd4, Method::kWinograd2})
      EXPECT_LT(
          apart(run_fast(plan, picture, {.winograd = winograd, .kernels = kernels}), expected),
          close)
          << kernels->name << ", F(" << tile_out(winograd) << "), " << size.width << "x"
          << size.height;
}

Plan between(int in, int out, int kernel) {
  return {.layers = {conv({0}, 3, in), conv({1}, in, out, kernel)}};
}

TEST(Conv, EveryCountOfChannelsIsLibTorchs) {
  for (const int kernel : {3, 1}) {
    for (int channels = 1; channels <= 256; channels += channels < 40 ? 1 : 27)
      for (const int other : {1, 3, 16, 64}) {
        expect_torch(between(channels, other, kernel), {7, 5});
        expect_torch(between(other, channels, kernel), {7, 5});
      }
    expect_torch(between(256, 256, kernel), {6, 5});
  }
}

TEST(Conv, EverySizeIsLibTorchs) {
  const Plan plan = compact_plan(16, 1, 2);
  for (const Size size : {Size{1, 1}, Size{1, 9}, Size{9, 1}, Size{2, 3}, Size{31, 33},
                          Size{97, 95}, Size{4096, 3}, Size{3, 4096}, Size{643, 361}})
    expect_torch(plan, size);
}

TEST(Conv, WholeNetworksAreLibTorchs) {
  for (const int scale : {1, 2, 3, 4, 8}) expect_torch(compact_plan(24, 3, scale), {33, 18});
  for (const int unshuffle : {1, 2, 4})
    expect_torch(rrdb_plan(20, 12, 2, unshuffle), {36, 28}, 2e-4);
  expect_torch(span_plan(28), {41, 23});
}

TEST(Conv, Bf16IsAsFarFromFloatAsLibTorchs) {
  // A network whose values stay of one size, on a smooth picture.
  const Plan plan = compact_plan(32, 8, 2);
  Channels picture(3, {64, 48});
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < 48; ++y)
      for (int x = 0; x < 64; ++x)
        picture.at(c, y, x) = 0.5f + 0.4f * std::sin(0.2f * static_cast<float>(x + c)) *
                                         std::cos(0.15f * static_cast<float>(y));
  const torch::Tensor expected = by_torch(plan, picture);
  const auto error = [&](const torch::Tensor& got) {
    return (got - expected).square().mean().sqrt().item<double>();
  };
  // LibTorch's way: every value and weight rounded.
  torch::Tensor x = tensor(picture).to(torch::kBFloat16);
  for (const Layer& layer : plan.layers) {
    x = at::conv2d(x, tensor(layer.weight, {layer.out_channels, x.size(1), 3, 3}).to(x),
                   tensor(layer.bias, {layer.out_channels}).to(x), 1, 1);
    if (!layer.slopes.empty()) x = at::prelu(x, tensor(layer.slopes, {layer.out_channels}).to(x));
  }
  const torch::Tensor low = tensor(picture).to(torch::kBFloat16);
  x = at::pixel_shuffle(x, 2) + at::upsample_nearest2d(low, {96, 128});
  const double torchs = error(x.to(torch::kDouble));
  const auto ours = [&](Precision precision) {
    return error(tensor(run_fast(plan, picture, {.precision = precision})).to(torch::kDouble));
  };
  EXPECT_LT(ours(Precision::kBf16Storage), torchs);
  EXPECT_LT(ours(Precision::kFloat), 1e-3 * torchs);
}

}  // namespace
}  // namespace gan::conv
