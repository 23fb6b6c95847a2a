// SPDX-License-Identifier: LGPL-2.1-or-later
// Layers of other kinds than 3x3 of stride 1 with zeros around.
#include "core/error.h"
#include "tests/core/conv/expect.h"

namespace gan::conv {
namespace {

Layer pass(Value of, int channels) {
  return {.inputs = {of}, .kernel = 0, .out_channels = channels};
}
Layer normalised(Layer layer, bool affine) {
  layer.normalise = 1e-5;
  if (!affine) return layer;
  layer.weight = randoms(static_cast<size_t>(layer.out_channels), 1, 11);
  layer.bias = randoms(static_cast<size_t>(layer.out_channels), 1, 12);
  return layer;
}
Layer padded(Layer layer, Padding padding) {
  layer.padding = padding;
  return layer;
}

TEST(ConvLayers, LargeKernelsAtTheEndsAreThePlainResult) {
  for (const Padding padding : {Padding::kZero, Padding::kReflect, Padding::kReplicate})
    for (const int kernel : {3, 5, 7, 9}) {
      if (kernel == 9 && padding != Padding::kZero) continue;
      for (const Size size : {Size{9, 6}, Size{403, 5}, Size{100, 13}, Size{98, 14}})
        for (const int out : {1, 3, 4})
          expect_plain({.layers = {padded(conv({0}, 3, 20, kernel), padding),
                                   padded(conv({1}, 20, out, kernel), padding)}},
                       size);
    }
}

TEST(ConvLayers, EveryPaddingAndStrideIsThePlainResult) {
  for (const Padding padding : {Padding::kZero, Padding::kReflect, Padding::kReplicate})
    for (const int stride : {1, 2})
      for (const int in : {5, 16, 40})
        for (const Size size : {Size{2, 2}, Size{4, 6}, Size{10, 8}, Size{194, 12}, Size{402, 4}}) {
          Layer strided = padded(leaky(conv({1}, in, 20)), padding);
          strided.stride = stride;
          expect_plain({.layers = {conv({0}, 3, in), strided, conv({2}, 20, 5)}}, size);
        }
}

TEST(ConvLayers, WhatFollowsIsThePlainResult) {
  Layer tanh = conv({1}, 20, 20);
  tanh.activation = Activation::kTanh;
  Layer after = prelu(conv({1}, 20, 20));
  after.adds = {{1, 1}};
  after.slope_after = 0.2f;
  Layer strided = after;
  strided.adds.clear();
  strided.stride = 2;
  for (const Layer& layer : {tanh, after, strided}) {
    expect_plain({.layers = {conv({0}, 3, 20), layer, conv({2}, 20, 5)}}, {12, 10});
    expect_plain({.layers = {conv({0}, 3, 20), layer}}, {12, 10});
  }
  for (const bool add : {false, true}) {
    Layer last = conv({1}, 20, 3, 7);
    last.activation = Activation::kTanh;
    last.add_picture = add;
    expect_plain({.layers = {conv({0}, 3, 20), last}, .result_multiply = 0.5f, .result_add = 0.25f},
                 {11, 9});
  }
}

TEST(ConvLayers, PassesAreThePlainResult) {
  for (const int channels : {3, 16, 37})
    for (const bool affine : {false, true}) {
      Layer norm = leaky(normalised(pass(1, channels), affine));
      expect_plain({.layers = {conv({0}, 3, channels), norm, conv({2}, channels, 5)}}, {50, 21});
      expect_plain({.layers = {conv({0}, 3, channels), norm}}, {130, 9});
      norm.adds = {{1, 1}};
      norm.slope_after = 0.1f;
      expect_plain({.layers = {conv({0}, 3, channels), norm,
                               padded(conv({2}, channels, 5), Padding::kReflect)}},
                   {50, 21});
    }
}

// Convolutions to four values, a quarter of the pixels each.
TEST(ConvLayers, InterleavedValuesAreThePlainResult) {
  for (const int channels : {5, 16, 33}) {
    Plan plan = {.layers = {conv({0}, 3, 16)}};
    for (int i = 0; i < 4; ++i) plan.layers.push_back(conv({1}, 16, channels));
    for (Layer& layer : plan.layers) layer.bias = randoms(layer.bias.size(), 1, 5);
    Layer woven = leaky(pass(2, channels));
    woven.inputs = {2, 3, 4, 5};
    woven.bias = randoms(static_cast<size_t>(channels), 1, 6);
    plan.layers.push_back(woven);
    plan.layers.push_back(padded(conv({6}, channels, 3, 7), Padding::kReflect));
    for (const Size size : {Size{7, 5}, Size{100, 9}, Size{1, 2}})
      if (size.width > 1) expect_plain(plan, size);
  }
}

// A flat map minus its mean is nothing, whatever the rounding.
TEST(ConvLayers, AFlatMapIsNormalisedToNothing) {
  Layer flat = conv({0}, 3, 16);
  std::fill(flat.weight.begin(), flat.weight.end(), 0.0f);
  flat.bias.assign(16, 0.1234567f);
  const Channels out =
      run_fast({.layers = {flat, normalised(pass(1, 16), false)}}, random_picture(3, {61, 43}));
  for (const float value : out.values) ASSERT_EQ(value, 0);
}

TEST(ConvLayers, ANumberThatIsNoneIsFoundBehindAMean) {
  Plan plan = {.layers = {conv({0}, 3, 16), normalised(pass(1, 16), false)}};
  Channels picture = random_picture(3, {20, 20});
  picture.at(1, 3, 3) = NAN;
  Executor executor(plan);
  executor.prepare(picture.size);
  Channels out(16, picture.size);
  EXPECT_FALSE(executor.run(view(picture), span(out)));
}

// Small to a quarter and back, with means and residual blocks: CycleGAN's generator.
Plan resnet_plan(Padding padding) {
  Plan plan;
  const auto add = [&](Layer layer) {
    plan.layers.push_back(std::move(layer));
    return static_cast<Value>(plan.layers.size());
  };
  const auto norm = [&](Value of, int channels) {
    return add(leaky(normalised(pass(of, channels), false), 0));
  };
  Value x = norm(add(padded(conv({0}, 3, 8, 7), Padding::kReflect)), 8);
  for (const int channels : {16, 32}) {
    Layer down = conv({x}, channels / 2, channels);
    down.stride = 2;
    x = norm(add(down), channels);
  }
  for (int block = 0; block < 2; ++block) {
    const Value first = norm(add(padded(conv({x}, 32, 32), padding)), 32);
    Layer sum = normalised(pass(add(padded(conv({first}, 32, 32), padding)), 32), true);
    sum.adds = {{x, 1}};
    x = add(sum);
  }
  Layer woven = pass(0, 16);
  woven.inputs.clear();
  // Like the blocks, the last of which it reads.
  for (int i = 0; i < 4; ++i) woven.inputs.push_back(add(conv({norm(x, 32)}, 32, 16)));
  x = norm(add(woven), 16);
  Layer last = padded(conv({x}, 16, 3, 7), Padding::kReflect);
  last.activation = Activation::kTanh;
  add(last);
  plan.result_multiply = plan.result_add = 0.5f;
  return plan;
}

TEST(ConvLayers, AWholeNetworkOfThemIsThePlainResult) {
  for (const Padding padding : {Padding::kZero, Padding::kReflect, Padding::kReplicate})
    expect_plain(resnet_plan(padding), {40, 28}, 3e-4);
}

TEST(ConvLayers, ThreadsAndBandsChangeNoBitOfThem) {
  const Plan plan = resnet_plan(Padding::kReflect);
  const Channels picture = random_picture(3, {200, 72});
  const Channels expected = run_fast(plan, picture);
  for (const int threads : {1, 2, 5}) {
    Workers workers(threads);
    for (const int64_t group : {0, 30'000, 1 << 30})
      for (const int columns : {4, 12, 96}) {
        const ExecutorOptions options = {.threads = threads, .cut = {group, columns, 8}};
        Executor executor(plan, options);
        for (int again = 0; again < 2; ++again)
          ASSERT_EQ(run(executor, picture, &workers).values, expected.values)
              << threads << " threads, groups of " << group << ", tasks of " << columns;
      }
  }
}

TEST(ConvLayers, SetsWithFusedMultiplyAddGiveTheSameBits) {
  const Plan plan = resnet_plan(Padding::kReflect);
  const Channels picture = random_picture(3, {52, 20});
  Channels first(0, {});
  for (const Kernels* kernels : all_kernels()) {
    if (std::string(kernels->name).rfind("AVX", 0) != 0) continue;
    const Channels got = run_fast(plan, picture, {.kernels = kernels});
    if (first.channels == 0) first = got;
    EXPECT_EQ(got.values, first.values) << kernels->name;
  }
}

TEST(ConvLayers, WhatTheyCannotDoIsRefused) {
  const auto refused = [](const Layer& layer) {
    EXPECT_THROW(shapes({.layers = {conv({0}, 3, 16), layer}}), Error);
  };
  refused(conv({1}, 16, 5, 5));                             // many channels
  refused(padded(conv({1}, 16, 3, 9), Padding::kReflect));  // beyond the margin
  Layer strided = conv({1}, 16, 16, 1);
  strided.stride = 2;
  refused(strided);
  refused(pass(0, 3));
  refused(pass(1, 15));
  Layer two = pass(1, 16);
  two.inputs = {1, 1};
  refused(two);
  Layer twice = padded(conv({1}, 16, 16), Padding::kReflect);
  twice.twice = true;
  refused(twice);
  // Two readers that want other things beyond the edges.
  Layer sum = conv({1}, 16, 16);
  EXPECT_THROW(shapes({.layers = {conv({0}, 3, 16), padded(conv({1}, 16, 16), Padding::kReflect),
                                  conv({1, 2}, 32, 16)}}),
               Error);
}

}  // namespace
}  // namespace gan::conv
