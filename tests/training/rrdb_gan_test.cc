// SPDX-License-Identifier: LGPL-2.1-or-later
// What esrgan and realesrgan minimise after their first stage, against the papers' formulas.
#include "tests/training/prepared_recipe.h"

namespace gan::training {
namespace {

// Learns nothing; its spectral norms come to rest after some steps.
PreparedRecipe resting(const char* recipe, OptionValues values, const test::Scratch& scratch) {
  test::make_pictures(scratch.file("data"), 3, {140, 132});
  values.merge(OptionValues{{"features", "4"},
                            {"blocks", "1"},
                            {"growth", "4"},
                            {"vgg", "none"},
                            {"d_features", "4"},
                            {"scale", "2"},
                            {"patch", "64"},
                            {"pretrain_steps", "0"},
                            {"lr", "0"},
                            {"holdout", "1"}});
  return {recipe, values, scratch.file("data")};
}

Batch pictures(int64_t channels) {
  Batch batch;
  batch.input = torch::rand({2, 3, 64, 64});
  batch.target = torch::rand({2, channels, 128, 128});
  return batch;
}

double value(const torch::Tensor& number) { return number.item<double>(); }

TEST(Esrgan, ItsLossesAreRelativistic) {
  const test::Scratch scratch;
  auto esrgan = resting("esrgan", {{"discriminator", "vgg_style"}, {"lr_d", "0"}}, scratch);
  const Batch batch = pictures(3);
  const auto logged = esrgan.step(1, {batch});
  torch::NoGradGuard no_grad;
  const auto fake = esrgan.run("g", batch.input), of_fake = esrgan.run("d", fake),
             of_real = esrgan.run("d", batch.target);
  const auto l1 = (fake - batch.target).abs().mean();
  // Equations 1 and 2 of arXiv:1809.00219; its code, as ours, takes the mean of the two parts.
  const auto real_over_fake = of_real - of_fake.mean(), fake_over_real = of_fake - of_real.mean();
  const auto of_g =
      (at::softplus(real_over_fake).mean() + at::softplus(-fake_over_real).mean()) / 2;
  const auto of_d =
      (at::softplus(-real_over_fake).mean() + at::softplus(fake_over_real).mean()) / 2;
  EXPECT_NEAR(logged.at("l1"), value(l1), 1e-6);
  EXPECT_NEAR(logged.at("gan"), value(of_g), 1e-5);
  EXPECT_NEAR(logged.at("loss_g"), 1e-2 * value(l1) + 5e-3 * value(of_g), 1e-6);
  EXPECT_NEAR(logged.at("loss_d"), value(of_d), 1e-5);
}

TEST(RealEsrgan, PixelsWantTheSharpenedPictureAndTheJudgeThePlainOne) {
  const test::Scratch scratch;
  auto realesrgan = resting("realesrgan", {{"lr_gan", "0"}}, scratch);
  const Batch batch = pictures(6);
  std::map<std::string, double> logged;
  for (int step = 1; step <= 100; ++step) logged = realesrgan.step(step, {batch});
  torch::NoGradGuard no_grad;
  const auto plain = batch.target.narrow(1, 0, 3), sharpened = batch.target.narrow(1, 3, 3),
             fake = realesrgan.run("g", batch.input);
  const auto l1 = (fake - sharpened).abs().mean(),
             of_g = at::softplus(-realesrgan.run("d", fake)).mean(),
             of_d = at::softplus(-realesrgan.run("d", plain)).mean() +
                    at::softplus(realesrgan.run("d", fake)).mean();
  EXPECT_NEAR(logged.at("l1"), value(l1), 1e-6);
  EXPECT_NEAR(logged.at("loss_g"), value(l1) + 0.1 * value(of_g), 1e-4);
  EXPECT_NEAR(logged.at("loss_d"), value(of_d), 1e-3);
}

TEST(RrdbGan, TheFirstStageIsL1Alone) {
  const test::Scratch scratch;
  auto esrgan = resting("esrgan", {{"pretrain_steps", "1"}}, scratch);
  const Batch batch = pictures(3);
  const auto first = esrgan.step(1, {batch}), second = esrgan.step(2, {batch});
  EXPECT_EQ(first.size(), 1u);
  torch::NoGradGuard no_grad;
  EXPECT_NEAR(first.at("l1"), value((esrgan.run("g", batch.input) - batch.target).abs().mean()),
              1e-6);
  EXPECT_TRUE(second.contains("loss_d"));
}

}  // namespace
}  // namespace gan::training
