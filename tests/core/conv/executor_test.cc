// SPDX-License-Identifier: LGPL-2.1-or-later
// The fast executor beside the plain one.
#include "core/conv/executor.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "core/error.h"
#include "tests/core/conv/expect.h"

namespace gan::conv {
namespace {

// The picture through one layer to `in` channels, then one to `out`.
Plan two_layers(int in, int out, int kernel) {
  return {.in_channels = 3, .layers = {conv({0}, 3, in), conv({1}, in, out, kernel)}};
}

TEST(ConvExecutor, EveryCountOfChannelsIsThePlainResult) {
  for (const int kernel : {3, 1})
    for (const int in : {1, 2, 3, 5, 12, 15, 16, 17, 31, 32, 33, 48, 64, 100, 192, 256})
      for (const int out : {1, 2, 3, 4, 5, 12, 16, 17, 48, 64, 256}) {
        if (in * out > 4096 && in != 192) continue;
        expect_plain(two_layers(in, out, kernel), {9, 6});
      }
}

TEST(ConvExecutor, EverySizeIsThePlainResult) {
  const Plan plan = two_layers(16, 7, 3);
  for (int width = 1; width <= 18; ++width)
    for (const int height : {1, 2, 3, 4, 5, 7, 8, 13}) expect_plain(plan, {width, height});
  expect_plain(plan, {403, 5});
  expect_plain(plan, {5, 403});
}

TEST(ConvExecutor, WhatFollowsAConvolutionIsThePlainResult) {
  std::vector<Layer> layers = {leaky(conv({1}, 20, 20)), leaky(conv({1}, 20, 20), 0),
                               prelu(conv({1}, 20, 20))};
  layers.push_back(conv({1}, 20, 20));
  layers.back().activation = Activation::kSilu;
  layers.push_back(conv({1}, 20, 20));
  layers.back().bias.clear();
  layers.push_back(conv({1}, 20, 20));
  layers.back().gate = 1;
  layers.push_back(prelu(conv({1}, 20, 20)));
  layers.back().adds = {{1, 0.2f}, {1, -3}, {1, 1}};
  layers.push_back(layers.back());
  layers.back().gate = 1;
  for (const Layer& layer : layers) {
    expect_plain({.layers = {conv({0}, 3, 20), layer, conv({2}, 20, 5)}}, {11, 9});
    expect_plain({.layers = {conv({0}, 3, 20), layer}}, {11, 9});
    Layer point = layer;
    point.kernel = 1;
    point.weight.resize(400);
    expect_plain({.layers = {conv({0}, 3, 20), point}}, {11, 9});
    Layer twice = layer;
    twice.twice = true;
    twice.gate = kNoValue;
    twice.adds.clear();
    expect_plain({.layers = {conv({0}, 3, 20), twice, conv({2}, 20, 5)}}, {11, 9});
  }
}

// Where exp(-x) is more than a float holds.
TEST(ConvExecutor, SigmoidsOfLargeNumbersAreThePlainResult) {
  Layer silu = conv({1}, 20, 20), gated = conv({1}, 20, 20);
  silu.activation = Activation::kSilu;
  gated.gate = 1;
  for (Layer* layer : {&silu, &gated}) {
    for (size_t i = 0; i < layer->bias.size(); ++i)
      layer->bias[i] = (i % 2 ? 1 : -1) * std::pow(10.0f, static_cast<float>(i % 10) / 2);
    expect_plain({.layers = {conv({0}, 3, 20), *layer}}, {11, 9});
  }
}

TEST(ConvExecutor, WholeNetworksAreThePlainResult) {
  expect_plain(compact_plan(24, 3, 2), {37, 22});
  expect_plain(compact_plan(16, 0, 4), {5, 5});
  expect_plain(rrdb_plan(16, 8, 2, 1), {19, 14}, 2e-4);
  expect_plain(rrdb_plan(24, 12, 1, 2), {38, 26}, 2e-4);
  expect_plain(span_plan(20), {29, 13});
}

bool same(const Channels& a, const Channels& b) { return a.values == b.values; }

TEST(ConvExecutor, ThreadsAndBandsAndGroupsChangeNoBit) {
  struct Task {
    int columns, rows;
  };
  for (const Plan& plan : {compact_plan(16, 5, 2), rrdb_plan(16, 8, 2, 2), span_plan(20)}) {
    const Channels picture = random_picture(3, {94, 62});
    const Channels expected = run_fast(plan, picture);
    for (const int threads : {1, 2, 5}) {
      Workers workers(threads);
      for (const int64_t group : {0, 30'000, 1 << 30})
        for (const Task task : {Task{4, 4}, Task{12, 8}, Task{96, 64}}) {
          const ExecutorOptions options = {.threads = std::min(threads, 4),
                                           .cut = {group, task.columns, task.rows}};
          Executor executor(plan, options);
          for (int again = 0; again < 2; ++again)
            ASSERT_TRUE(same(run(executor, picture, &workers), expected))
                << threads << " threads, groups of " << group << ", tasks of " << task.columns
                << "x" << task.rows;
        }
    }
  }
}

TEST(ConvExecutor, FramesOfOtherSizesFollowOneAnother) {
  const Plan plan = compact_plan(16, 3, 2);
  Executor executor(plan);
  for (const Size size : {Size{40, 30}, Size{13, 50}, Size{40, 30}, Size{1, 1}}) {
    const Channels picture = random_picture(3, size);
    EXPECT_TRUE(same(run(executor, picture), run_fast(plan, picture)));
  }
}

// The part of a picture from (x, y) on.
Channels part(const Channels& whole, int x, int y, Size size) {
  Channels out(whole.channels, size);
  for (int c = 0; c < out.channels; ++c)
    for (int i = 0; i < size.height; ++i)
      for (int j = 0; j < size.width; ++j) out.at(c, i, j) = whole.at(c, y + i, x + j);
  return out;
}

TEST(ConvExecutor, TilesWithTheExactReachChangeNoBit) {
  for (const Plan& plan : {compact_plan(16, 2, 2), rrdb_plan(16, 8, 1, 2)}) {
    Executor executor(plan);
    const int grid = executor.grid(), scale = executor.result().up;
    const int halo = (executor.exact_reach() + grid - 1) / grid * grid;
    const Size size = {4 * halo + 6, 2 * halo + 10};
    const Channels picture = random_picture(3, size);
    const Channels expected = run_fast(plan, picture);
    // A tile in the middle of the width, and one at the right end.
    for (const int x : {halo + grid, 2 * halo + 2 * grid}) {
      const int left = x - halo, right = std::min(size.width, x + 2 * grid + halo);
      const int core = right == size.width ? right - x : 2 * grid;
      const Channels tile = run_fast(plan, part(picture, left, 0, {right - left, size.height}));
      const Size area = {core * scale, size.height * scale};
      EXPECT_TRUE(same(part(tile, halo * scale, 0, area), part(expected, x * scale, 0, area)));
    }
  }
}

TEST(ConvExecutor, SetsWithFusedMultiplyAddGiveTheSameBits) {
  for (const Plan& plan : {compact_plan(20, 2, 2), rrdb_plan(16, 8, 1, 1), span_plan(20)}) {
    const Channels picture = random_picture(3, {50, 21});
    Channels first(0, {});
    for (const Kernels* kernels : all_kernels()) {
      if (std::string(kernels->name).rfind("AVX", 0) != 0) continue;
      const Channels got = run_fast(plan, picture, {.kernels = kernels});
      if (first.channels == 0) first = got;
      EXPECT_TRUE(same(got, first)) << kernels->name;
    }
  }
}

TEST(ConvExecutor, Bf16ValuesRoundAsTheyMust) {
  for (const Plan& plan : {compact_plan(32, 4, 2), rrdb_plan(16, 8, 1, 2), span_plan(24)}) {
    const Channels picture = random_picture(3, {46, 30});
    const Channels expected = run_simple(plan, picture);
    for (const Kernels* kernels : all_kernels()) {
      const ExecutorOptions options = {.precision = Precision::kBf16Storage, .kernels = kernels};
      const double apart = difference(run_fast(plan, picture, options), expected);
      EXPECT_LT(apart, 0.05) << kernels->name;
      EXPECT_GT(apart, 1e-4) << kernels->name;
    }
  }
}

// Kernels::multiply_bf16 as its words say.
void plain_multiply_bf16(const Multiply& m) {
  const auto number = [](const void* numbers, ptrdiff_t at) {
    const auto bits = static_cast<uint32_t>(static_cast<const uint16_t*>(numbers)[at]) << 16;
    return static_cast<double>(std::bit_cast<float>(bits));
  };
  for (int i = 0; i < m.matrices; ++i)
    for (int p = 0; p < m.panels; ++p)
      for (int t = 0; t < m.tiles; ++t)
        for (int o = 0; o < kBlock; ++o) {
          double sum = 0;
          for (int k = 0; k < m.segments * kBlock; ++k)
            sum += number(m.left, i * m.left_matrix + k / kBlock * m.left_segment + t * kBlock +
                                      k % kBlock) *
                   number(m.right, i * m.right_matrix + p * m.right_panel +
                                       (k / 2 * kBlock + o) * 2 + k % 2);
          m.products[i * m.product_matrix + p * m.product_panel + t * kBlock + o] =
              static_cast<float>(sum);
        }
}

// Root of the mean squared difference, in units of the root mean square of `expected`.
double rms_difference(const Channels& got, const Channels& expected) {
  double apart = 0, squares = 0;
  for (size_t i = 0; i < expected.values.size(); ++i) {
    apart += std::pow(static_cast<double>(got.values[i]) - expected.values[i], 2);
    squares += std::pow(static_cast<double>(expected.values[i]), 2);
  }
  return std::sqrt(apart / squares);
}

TEST(ConvExecutor, Bf16ProductsAreThePlainOnes) {
  // Two factors are off by 2^-9 / sqrt(3) of themselves in the mean. Of that F(4x4) makes 10.8
  // times as much where pixels are independent (the squares of its matrices' rows, summed up); ours
  // have much in common, for which stands the 2.
  const double factors = std::sqrt(2.0 / 3) / 512;
  for (const auto& [kernel, most] : {std::pair{3, 2 * 10.8 * factors}, {1, 2 * factors}})
    for (const int in : {20, 64}) {
      const Plan plan = two_layers(in, 40, kernel);
      const Channels picture = random_picture(3, {46, 13});
      const Channels expected = run_simple(plan, picture);
      for (const Kernels* kernels : all_kernels()) {
        Kernels plain = *kernels;
        plain.multiply_bf16 = plain_multiply_bf16;
        const ExecutorOptions options = {.precision = Precision::kBf16, .kernels = &plain};
        const Channels got = run_fast(plan, picture, options);
        EXPECT_LT(rms_difference(got, expected), most) << kernels->name;
        const ExecutorOptions storage = {.precision = Precision::kBf16Storage, .kernels = kernels};
        EXPECT_FALSE(same(got, run_fast(plan, picture, storage)));
        if (!kernels->multiply_bf16) continue;
        const ExecutorOptions fast = {.precision = Precision::kBf16, .kernels = kernels};
        EXPECT_LT(rms_difference(run_fast(plan, picture, fast), got), 1e-5) << kernels->name;
      }
    }
}

TEST(ConvExecutor, MemoryGrowsWithTheWidthWhereLayersAreFused) {
  Executor executor(compact_plan(32, 5, 2));
  executor.prepare({640, 360});
  const size_t small = executor.memory();
  executor.forget();
  executor.prepare({640, 720});
  EXPECT_EQ(executor.memory(), small);
  // Six values of 12 rows of 32 channels, weights, a row of zeros, a thread's memory.
  EXPECT_LT(small, size_t{12} << 20);
}

TEST(ConvExecutor, WhatIsEnlargedIsNeverKeptWhole) {
  Executor executor(rrdb_plan(16, 8, 1, 1));
  // Of 16 channels in float at most four values at the frame's size, and bands of some rows.
  EXPECT_LT(executor.memory({1280, 720}), size_t{16} * 4 * 1280 * 720 * 5);
  EXPECT_GT(executor.memory({1280, 720}), size_t{16} * 4 * 1280 * 720);
}

TEST(ConvExecutor, RowsGivenAwayAreThoseOfTheWhole) {
  for (const Plan& plan : {compact_plan(16, 5, 2), compact_plan(16, 2, 3), rrdb_plan(16, 8, 1, 2)})
    for (const int threads : {1, 3}) {
      Workers workers(threads);
      const Channels picture = random_picture(3, {194, 62});
      const Channels expected = run_fast(plan, picture);
      Executor executor(plan, {.threads = threads});
      executor.prepare(picture.size);
      for (int again = 0; again < 2; ++again) {
        Channels out(expected.channels, expected.size);
        const auto take = [&](int begin, int end, PlanesView band) {
          EXPECT_EQ(begin % 2, 0);
          for (int y = begin; y < end; ++y, band.data += band.row)
            for (int x = 0; x < out.size.width; ++x)
              for (int c = 0; c < out.channels; ++c)
                out.at(c, y, x) += band.data[x * band.pixel + c * band.plane];
        };
        EXPECT_TRUE(executor.run(view(picture), take, &workers));
        EXPECT_TRUE(same(out, expected)) << threads;
      }
    }
}

TEST(ConvExecutor, AnInterruptEndsTheFrame) {
  Executor executor(compact_plan(16, 3, 2));
  const Channels picture = random_picture(3, {40, 30});
  executor.prepare(picture.size);
  Channels out(3, {80, 60});
  const std::atomic<bool> interrupt = true;
  try {
    executor.run(view(picture), span(out), nullptr, &interrupt);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  }
  EXPECT_TRUE(same(run(executor, picture), run_fast(compact_plan(16, 3, 2), picture)));
}

}  // namespace
}  // namespace gan::conv
