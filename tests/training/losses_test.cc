// SPDX-License-Identifier: LGPL-2.1-or-later
// Losses against closed forms and their own gradients.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/error.h"
#include "models/blocks/fixed_filter.h"
#include "models/features/vgg.h"
#include "training/losses/gan.h"
#include "training/losses/latent.h"
#include "training/losses/lpips.h"
#include "training/losses/mixture.h"
#include "training/losses/perceptual.h"
#include "training/losses/pixel.h"
#include "training/losses/smoothness.h"
#include "training/losses/structure.h"

namespace gan::training {
namespace {

using namespace losses;

TEST(Losses, IdentitiesHold) {
  const auto ones = torch::ones({3, 1, 4, 4}), x = torch::rand({2, 3, 20, 24});
  EXPECT_EQ(discriminator_real(Adversarial::kLsgan, ones).item<double>(), 0);
  const auto constant = torch::full({5, 1}, 0.7);
  EXPECT_NEAR(relativistic_generator(Adversarial::kVanilla, constant, constant).item<double>(),
              2 * std::log(2), 1e-6);
  EXPECT_EQ(blurred_l1(x, x, released_blur_kernel(21)).item<double>(), 0);
  EXPECT_NEAR(ssim(x, x).item<double>(), 1, 1e-6);
  EXPECT_EQ(hfenn(x, x).item<double>(), 0);
  EXPECT_EQ(kl_divergence(torch::zeros({2, 3}), torch::zeros({2, 3})).item<double>(), 0);
  EXPECT_EQ(total_variation(torch::ones({1, 3, 5, 5})).item<double>(), 0);
  EXPECT_EQ(accuracy(Adversarial::kVanilla, torch::tensor({1.0, -1.0}), torch::tensor({-1.0, -2.0}))
                .item<double>(),
            0.75);
}

TEST(Losses, SharpenWhatTheyShould) {
  // Every loss has a gradient with respect to the picture, and a step against it lowers the loss.
  torch::manual_seed(1);
  const auto target = torch::rand({2, 3, 24, 24});
  const auto blur = released_blur_kernel(11);
  const std::pair<const char*, std::function<torch::Tensor(const torch::Tensor&)>> cases[] = {
      {"l1", [&](const torch::Tensor& x) { return l1(x, target); }},
      {"mse", [&](const torch::Tensor& x) { return mse(x, target); }},
      {"charbonnier", [&](const torch::Tensor& x) { return charbonnier(x, target); }},
      {"ssim", [&](const torch::Tensor& x) { return 1 - ssim(x, target); }},
      {"psnr", [&](const torch::Tensor& x) { return -psnr_db(x, target); }},
      {"hfenn", [&](const torch::Tensor& x) { return hfenn(x, target); }},
      {"hfen", [&](const torch::Tensor& x) { return hfen(x, target); }},
      {"tv", [&](const torch::Tensor& x) { return total_variation(x); }},
      {"blur", [&](const torch::Tensor& x) { return blurred_l1(x, target, blur); }}};
  for (const auto& [name, loss] : cases) {
    auto x = torch::rand({2, 3, 24, 24}).set_requires_grad(true);
    const auto before = loss(x);
    before.backward();
    ASSERT_TRUE(x.grad().defined()) << name;
    const auto step = x.grad() / x.grad().abs().max() * 1e-3;
    torch::NoGradGuard no_grad;
    EXPECT_LT(loss(x - step).item<double>(), before.item<double>()) << name;
  }
}

TEST(Perceptual, IsZeroForEqualPicturesAndReachesTheGenerator) {
  torch::manual_seed(2);
  VggOptions options;
  options.depth = "16";
  options.features = 4;
  auto vgg = std::make_shared<Vgg>(options);
  vgg->eval();
  const Perceptual loss(vgg, {{"relu2_2", 1, 2}, {"relu3_3", 0.5}}, Perceptual::Distance::kL1);
  const auto target = torch::rand({1, 3, 32, 32});
  EXPECT_EQ(loss(target, target).item<double>(), 0);
  auto x = torch::rand({1, 3, 32, 32}).set_requires_grad(true);
  loss(x, target).backward();
  EXPECT_GT(x.grad().abs().sum().item<double>(), 0);
}

TEST(Perceptual, OfUnitFeaturesIsTheDistanceOfTheirDirections) {
  torch::manual_seed(5);
  VggOptions options;
  options.depth = "16";
  options.features = 4;
  auto vgg = std::make_shared<Vgg>(options);
  vgg->eval();
  const Perceptual loss(vgg, {{"conv1_2"}, {"conv2_2"}}, Perceptual::Distance::kUnitMse);
  EXPECT_EQ(loss.least_side(), 2);
  EXPECT_EQ(Perceptual(vgg, {{"conv5_3"}, {"relu1_2"}}, Perceptual::Distance::kL1).least_side(),
            16);
  const auto a = torch::rand({2, 3, 16, 16}), b = torch::rand({2, 3, 16, 16});
  double expected = 0;
  for (const char* layer : {"conv1_2", "conv2_2"}) {
    const auto fa = vgg->forward(a, {layer}).at(layer), fb = vgg->forward(b, {layer}).at(layer);
    // Of vectors of length 1, |u - v|^2 = 2 - 2 u.v.
    expected += (2 - 2 * at::cosine_similarity(fa, fb, 1)).mean().item<double>();
  }
  EXPECT_NEAR(loss(a, b).item<double>(), expected, 1e-5);
}

TEST(Perceptual, AMissingFileIsNamed) {
  try {
    feature_network("19", {}, torch::kCPU);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
    EXPECT_NE(std::string(error.what()).find("vgg19-dcbb9e9d.pth"), std::string::npos);
  }
  EXPECT_EQ(feature_network("19", {.vgg = "none"}, torch::kCPU), nullptr);
}

TEST(Lpips, GoldenReadsItsAuthorsWeights) {
  const char* const data = std::getenv("GAN_DATA");
  if (!data) GTEST_SKIP() << "GAN_DATA is not set to the folder of the test data";
  torch::manual_seed(3);
  VggOptions options;
  options.depth = "16";
  auto vgg = std::make_shared<Vgg>(options);  // the trunk is random: no package ships VGG16
  vgg->eval();
  const std::string folder = std::string(data) + "/weights/lpips/v0.1/";
  const Lpips lpips(vgg, folder + "vgg.pth");
  const auto a = torch::rand({2, 3, 32, 32});
  EXPECT_EQ(lpips(a, a).item<double>(), 0);
  auto b = torch::rand({2, 3, 32, 32}).set_requires_grad(true);
  const auto distance = lpips(b, a);
  EXPECT_GT(distance.item<double>(), 0);
  EXPECT_NEAR(lpips(a, b).item<double>(), distance.item<double>(), 1e-6);
  distance.backward();
  EXPECT_GT(b.grad().abs().sum().item<double>(), 0);
  EXPECT_THROW(Lpips(vgg, folder + "alex.pth"), Error);  // made for another trunk
}

TEST(MsSsim, HasAFiniteGradientWhereStructureIsReversed) {
  torch::manual_seed(6);
  const auto a = torch::rand({1, 3, 168, 168});
  const auto b = (1 - a).set_requires_grad(true);
  (1 - ms_ssim(b, a)).backward();
  EXPECT_TRUE(b.grad().isfinite().all().item<bool>());
}

TEST(Mixture, AddsWeightedTerms) {
  torch::manual_seed(4);
  const auto a = torch::rand({2, 3, 20, 20}), b = torch::rand({2, 3, 20, 20});
  const auto value = [&](const char* text) { return Mixture(text)(a, b).item<double>(); };
  EXPECT_NEAR(value("mse + 0.5*ssim"), mse(a, b).item<double>() + 0.5 * value("ssim"), 1e-6);
  EXPECT_NEAR(value("ssim"), 1 - ssim(a, b).item<double>(), 1e-6);
  EXPECT_NEAR(value("psnr"), -psnr_db(a, b).item<double>(), 1e-5);
  EXPECT_NEAR(value("2*l1+3e-1*hfenn"),
              (2 * l1(a, b) + 0.3 * (mse(a, b) + 10 * hfenn(a, b))).item<double>(), 1e-6);
  const auto large = torch::rand({1, 3, 161, 170}), other = torch::rand({1, 3, 161, 170});
  EXPECT_NEAR(Mixture("l1 + 2*ms-ssim")(large, other).item<double>(),
              (l1(large, other) + 2 * (1 - ms_ssim(large, other))).item<double>(), 1e-6);
  EXPECT_NO_THROW(Mixture("ms-ssim").check_side(161, "patch"));
  EXPECT_NO_THROW(Mixture("mse").check_side(1, "patch"));
  EXPECT_THROW(Mixture("mse+0.1*ms-ssim").check_side(160, "patch"), Error);
  EXPECT_THROW(Mixture("ssim").check_side(10, "patch"), Error);
  for (const char* wrong : {"", "mse+", "x*mse", "-1*mse", "mse*2", "l2", "mse ssim"})
    EXPECT_THROW(Mixture{wrong}, Error) << wrong;
}

}  // namespace
}  // namespace gan::training
