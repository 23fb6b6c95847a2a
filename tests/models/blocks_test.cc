// SPDX-License-Identifier: LGPL-2.1-or-later
// The hand-written blocks against closed forms and finite differences.
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/fixed_filter.h"
#include "models/blocks/modulated_conv.h"
#include "models/blocks/norm.h"
#include "models/blocks/normalised_conv.h"
#include "models/blocks/prelu.h"
#include "models/blocks/self_attention.h"

namespace gan {
namespace {

// Compares the gradients that autograd gives a scalar function of doubles with central differences.
void check_gradients(const std::function<torch::Tensor()>& function,
                     std::vector<torch::Tensor> variables) {
  for (auto& variable : variables) {
    ASSERT_EQ(variable.scalar_type(), torch::kDouble);
    variable.set_requires_grad(true);
    if (variable.grad().defined()) variable.mutable_grad().zero_();
  }
  function().backward();
  constexpr double kStep = 1e-5;
  for (auto& variable : variables) {
    const auto gradient = variable.grad().clone().flatten();
    torch::NoGradGuard no_grad;
    auto values = variable.view(-1);
    for (int64_t i = 0; i < values.numel(); ++i) {
      const double value = values[i].item<double>();
      values[i] = value + kStep;
      const double above = function().item<double>();
      values[i] = value - kStep;
      const double below = function().item<double>();
      values[i] = value;
      const double expected = (above - below) / (2 * kStep), actual = gradient[i].item<double>();
      ASSERT_NEAR(actual, expected, 1e-6 * (1 + std::abs(expected))) << "element " << i;
    }
  }
}

torch::Tensor doubles(at::IntArrayRef shape) { return torch::randn(shape, torch::kDouble); }

// LibTorch's own, in doubles, against the loops for floats in channels_last.
TEST(PReLU, LoopsGiveWhatLibTorchGives) {
  torch::manual_seed(1);
  for (const int64_t channels : {1, 3, 24, 64}) {
    PReLU layer(channels);
    auto slope = layer->named_parameters()["weight"];
    slope.data().copy_(torch::randn({channels}));
    const auto x = torch::randn({2, channels, 67, 53}).to(at::MemoryFormat::ChannelsLast);
    const auto mix = torch::randn_like(x);
    const auto x1 = x.clone().set_requires_grad(true);
    (layer(x1) * mix).sum().backward();
    const auto x2 = x.to(at::kDouble).set_requires_grad(true);
    const auto slope2 = slope.detach().to(at::kDouble).set_requires_grad(true);
    const auto y2 = torch::prelu(x2, slope2);
    (y2 * mix.to(at::kDouble)).sum().backward();
    EXPECT_TRUE(torch::allclose(layer(x1).to(at::kDouble), y2, 1e-6, 1e-6));
    EXPECT_TRUE(torch::allclose(x1.grad().to(at::kDouble), x2.grad(), 1e-6, 1e-6));
    EXPECT_TRUE(torch::allclose(slope.grad().to(at::kDouble), slope2.grad(), 1e-4, 1e-3));
    torch::NoGradGuard no_grad;
    const auto overwritten = x.clone();
    EXPECT_TRUE(layer(overwritten).is_same(overwritten));
    EXPECT_TRUE(torch::allclose(overwritten.to(at::kDouble), y2, 1e-6, 1e-6));
  }
}

TEST(PReLU, HasAGradientOfItsGradient) {
  torch::manual_seed(1);
  PReLU layer(3);
  const auto slope = layer->named_parameters()["weight"];
  const auto x = torch::randn({1, 3, 4, 4}).to(at::MemoryFormat::ChannelsLast).requires_grad_(true);
  const auto mix = torch::randn_like(x).requires_grad_(true);
  const auto first = torch::autograd::grad({(layer(x) * mix).sum()}, {x}, {}, true, true)[0];
  first.square().sum().backward();  // of (mix or slope * mix)^2
  const auto factor = torch::where(x > 0, torch::ones_like(x), slope.view({1, 3, 1, 1}));
  EXPECT_TRUE(torch::allclose(mix.grad(), 2 * mix * factor.square(), 1e-5, 1e-6));
  const auto expected =
      torch::where(x > 0, torch::zeros_like(x), 2 * mix.square() * slope.view({1, 3, 1, 1}));
  EXPECT_TRUE(torch::allclose(slope.grad(), expected.sum({0, 2, 3}), 1e-5, 1e-6));
}

TEST(ModulatedConv, GradientsMatchFiniteDifferences) {
  torch::manual_seed(1);
  const double taps[] = {1, 3, 3, 1};
  const auto filter = resample_filter(taps).to(torch::kDouble);
  for (const bool demodulate : {true, false})
    for (const auto& up : {torch::Tensor(), filter}) {
      const auto x = doubles({2, 3, 4, 5}), weight = doubles({4, 3, 3, 3}), style = doubles({2, 3});
      const auto out = modulated_conv(x, weight, style, {demodulate, up});
      const auto mix = doubles(out.sizes());
      check_gradients(
          [&] {
            return (modulated_conv(x, weight, style, {demodulate, up}) * mix).sum();
          },
          {x, weight, style});
    }
}

TEST(ModulatedConv, EqualsAConvolutionWithEachSamplesOwnWeight) {
  torch::manual_seed(2);
  const auto x = doubles({3, 5, 6, 7}), weight = doubles({4, 5, 3, 3}), style = doubles({3, 5});
  const auto actual = modulated_conv(x, weight, style, {});
  for (int64_t n = 0; n < 3; ++n) {
    auto own = weight * style[n].view({1, -1, 1, 1});
    own = own / (own.square().sum({1, 2, 3}, true) + 1e-8).sqrt();
    EXPECT_TRUE(torch::allclose(own.square().sum({1, 2, 3}), torch::ones(4, torch::kDouble)));
    EXPECT_TRUE(torch::allclose(actual[n], at::conv2d(x[n].unsqueeze(0), own, {}, 1, 1)[0], 1e-9));
  }
}

TEST(SpectralConv, GradientsMatchFiniteDifferences) {
  torch::manual_seed(3);
  SpectralConv conv(ConvShape{.in = 2, .out = 3});
  conv->to(torch::kDouble);
  conv->eval();  // u and v stand still
  const auto x = doubles({2, 2, 4, 4}), mix = doubles({2, 3, 4, 4});
  check_gradients([&] { return (conv->forward(x) * mix).sum(); },
                  {x, conv->named_parameters()["weight_orig"], conv->named_parameters()["bias"]});
}

TEST(SpectralConv, TrainingBringsTheLargestSingularValueToOne) {
  torch::manual_seed(4);
  SpectralConv conv(ConvShape{.in = 4, .out = 6});
  torch::NoGradGuard no_grad;
  const auto before = conv->named_buffers()["weight_u"].clone();
  conv->eval();
  conv->forward(torch::randn({1, 4, 5, 5}));
  EXPECT_TRUE(torch::equal(before, conv->named_buffers()["weight_u"])) << "eval must not iterate";
  conv->train();
  for (int i = 0; i < 200; ++i) conv->weight();
  const auto singular = torch::linalg_svdvals(conv->weight().flatten(1).to(torch::kDouble));
  EXPECT_NEAR(singular[0].item<double>(), 1, 1e-4);
}

TEST(WeightNormConv, GradientsMatchFiniteDifferences) {
  torch::manual_seed(5);
  WeightNormConv conv(ConvShape{.in = 2, .out = 3});
  conv->to(torch::kDouble);
  auto parameters = conv->named_parameters();
  const auto x = doubles({2, 2, 4, 4}), mix = doubles({2, 3, 4, 4});
  check_gradients([&] { return (conv->forward(x) * mix).sum(); },
                  {x, parameters["weight_g"], parameters["weight_v"], parameters["bias"]});
}

TEST(WeightNormConv, TheKeptWeightFollowsItsParameters) {
  torch::manual_seed(6);
  WeightNormConv conv(ConvShape{.in = 2, .out = 3});
  conv->eval();
  const auto x = torch::randn({1, 2, 4, 4});
  torch::NoGradGuard no_grad;
  const auto before = conv->forward(x);
  EXPECT_TRUE(torch::equal(before, conv->forward(x)));
  conv->weight_g.mul_(2);
  EXPECT_FALSE(torch::equal(before, conv->forward(x)));
  {
    const c10::InferenceMode inference;
    conv->forward(x);
  }
  const torch::AutoGradMode grad(true);
  conv->weight_v.set_requires_grad(false);
  auto y = x.clone().set_requires_grad(true);
  conv->forward(y).sum().backward();  // what inference mode computed must not be in this graph
  EXPECT_TRUE(y.grad().defined());
}

TEST(Icnr, AllSubPixelsOfAShuffleStartEqual) {
  torch::manual_seed(7);
  for (const int64_t scale : {2, 3}) {
    auto weight = torch::empty({5 * scale * scale, 3, 3, 3});
    init_icnr(weight, scale);
    const auto y =
        at::pixel_shuffle(at::conv2d(torch::randn({1, 3, 4, 4}), weight, {}, 1, 1), scale);
    const auto nearest = y.slice(2, 0, y.size(2), scale).slice(3, 0, y.size(3), scale);
    EXPECT_TRUE(torch::allclose(y, nearest.repeat_interleave(scale, 2).repeat_interleave(scale, 3),
                                1e-5, 1e-6));
    EXPECT_GT(weight.std().item<double>(), 0.1);
  }
}

TEST(Icnr, GradientsThroughTheShuffleMatchFiniteDifferences) {
  torch::manual_seed(8);
  auto weight = torch::empty({8, 2, 1, 1}, torch::kDouble);
  auto initial = torch::empty({8, 2, 1, 1});
  init_icnr(initial);
  weight.copy_(initial);
  const auto x = doubles({1, 2, 3, 3}), mix = doubles({1, 2, 6, 6});
  check_gradients([&] { return (at::pixel_shuffle(at::conv2d(x, weight), 2) * mix).sum(); },
                  {x, weight});
}

TEST(FixedFilter, GradientsOfTheBlurMatchFiniteDifferences) {
  torch::manual_seed(9);
  const auto x = doubles({1, 2, 5, 6}), mix = doubles({1, 2, 5, 6});
  const auto kernel = released_blur_kernel(5).to(torch::kDouble);
  check_gradients([&] { return (depthwise(x, kernel) * mix).sum(); }, {x});
}

TEST(FixedFilter, KernelsSumToWhatTheirSourcesSay) {
  EXPECT_NEAR(released_blur_kernel(21).sum().item<double>(), 1, 1e-6);
  EXPECT_NEAR(released_blur_kernel(21)[10][10].item<double>(), 0.00756309, 1e-8);
  EXPECT_NEAR(released_blur_kernel(21)[0][0].item<double>(), 8.288e-5, 1e-8);
  EXPECT_NEAR(released_blur_kernel(23)[11][11].item<double>(), 0.00626368, 1e-8);
  EXPECT_NEAR(printed_blur_kernel(21).sum().item<double>(), 0.99903, 1e-5);
}

TEST(InstanceNorm, GradientsMatchFiniteDifferences) {
  torch::manual_seed(10);
  for (const auto spread : {Spread::kBiased, Spread::kUnbiased, Spread::kAddedToDeviation}) {
    const auto x = doubles({2, 2, 3, 4}), scale = doubles({2}), shift = doubles({2});
    const auto mix = doubles({2, 2, 3, 4});
    check_gradients([&] { return (instance_norm(x, spread, 1e-3, scale, shift) * mix).sum(); },
                    {x, scale, shift});
  }
}

TEST(InstanceNorm, TheThreeSpreadsAreWhatTheyAreCalled) {
  const auto x = torch::tensor({0.0, 2.0}, torch::kDouble).view({1, 1, 1, 2});
  const auto first = [&](Spread spread) {
    return instance_norm(x, spread, 0.5, {}, {}).flatten()[0].item<double>();
  };
  EXPECT_NEAR(first(Spread::kBiased), -1 / std::sqrt(1.5), 1e-6);
  EXPECT_NEAR(first(Spread::kUnbiased), -1 / std::sqrt(2.5), 1e-6);
  EXPECT_NEAR(first(Spread::kAddedToDeviation), -1 / 1.5, 1e-6);
}

TEST(SelfAttention, StartsAsTheIdentity) {
  SelfAttention attention(16);
  attention->eval();
  const auto x = torch::randn({2, 16, 5, 3});
  EXPECT_TRUE(torch::equal(attention->forward(x), x));
}

TEST(ConvSame, PadsAsTensorFlowDoes) {
  // ceil(side / stride) outputs; what is too many lies right and below: with kernel 4 and stride 1
  // one zero before, two after.
  Conv conv = make_conv({.in = 1, .out = 1, .kernel = 4, .padding = 0, .bias = false});
  torch::NoGradGuard no_grad;
  conv->weight.fill_(1);
  const auto y = conv_same(conv, torch::ones({1, 1, 5, 5}));
  EXPECT_EQ(y.sizes(), (std::vector<int64_t>{1, 1, 5, 5}));
  EXPECT_EQ(y[0][0][0][0].item<float>(), 9);  // three of four in each direction
  EXPECT_EQ(y[0][0][4][4].item<float>(), 4);  // two of four
  Conv halving = make_conv({.in = 1, .out = 1, .kernel = 3, .stride = 2, .padding = 0});
  EXPECT_EQ(conv_same(halving, torch::ones({1, 1, 7, 8})).sizes(),
            (std::vector<int64_t>{1, 1, 4, 4}));
}

TEST(ConvTranspose, Bf16OnTheCpuIsTheSameOperation) {
  torch::manual_seed(11);
  ConvTranspose conv(ConvShape{.in = 3, .out = 2, .kernel = 4, .stride = 2, .padding = 1});
  torch::NoGradGuard no_grad;
  const auto x = torch::randn({1, 3, 4, 5});
  const auto expected = conv->forward(x);
  conv->to(torch::kBFloat16);
  const auto actual = conv->forward(x.to(torch::kBFloat16)).to(torch::kFloat);
  ASSERT_EQ(actual.sizes(), expected.sizes());
  EXPECT_LT((actual - expected).abs().max().item<double>(), 0.02);
}

}  // namespace
}  // namespace gan
