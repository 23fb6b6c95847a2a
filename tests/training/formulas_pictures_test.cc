// SPDX-License-Identifier: LGPL-2.1-or-later
// What recipes of restoration and of pairs minimise, and where their weights go, against formulas
// of these tests' own.
#include "models/blocks/imagenet.h"
#include "models/generators/vae_sr.h"
#include "tests/training/twin.h"
#include "training/losses/perceptual.h"

namespace gan::training {
namespace {

class PictureFormulas : public testing::Test {
 protected:
  void SetUp() override { test::make_pictures(scratch_.file("data"), 4, {140, 132}); }
  Twin twin(const char* recipe, OptionValues values) {
    values.emplace("holdout", "1");
    values.emplace("ema", "0");
    return {recipe, values, scratch_.file("data")};
  }
  static Batch pair(int64_t small, int64_t large) {
    Batch batch;
    batch.input = torch::rand({3, 3, small, small});
    batch.target = torch::rand({3, 3, large, large});
    return batch;
  }
  test::Scratch scratch_;
};

TEST_F(PictureFormulas, CompactMinimisesL1) {
  auto compact = twin("compact", {{"features", "4"}, {"convs", "1"}, {"patch", "8"}});
  const Batch batch = pair(8, 16);
  compact.step(1, {batch});
  compact.step_by({"g"}, "loss", mean_l1(compact.run("g", batch.input), batch.target));
  compact.expect_equal("g");
}

TEST_F(PictureFormulas, AutoencoderMinimisesTheMeanSquare) {
  auto coder = twin("autoencoder", {{"features", "4"}, {"patch", "8"}, {"dropout", "0"}});
  const Batch batch = pair(8, 16);
  coder.step(1, {batch});
  coder.step_by({"g"}, "loss", (coder.run("g", batch.input) - batch.target).square().mean());
  coder.expect_equal("g");
}

TEST_F(PictureFormulas, TheVariationalAutoencoderAddsTheDivergence) {
  auto coder = twin("autoencoder", {{"network", "vae_sr"},
                                    {"features", "4"},
                                    {"latent", "3"},
                                    {"patch", "8"},
                                    {"kl_weight", "0.02"}});
  const Batch batch = pair(8, 16);
  coder.step(1, {batch});
  auto& vae = dynamic_cast<VaeSr&>(coder.network("g"));
  const auto [mean, log_variance] = vae.encode(batch.input);
  const auto code = mean + (log_variance / 2).exp() * torch::randn_like(mean);
  const auto error = (vae.decode(code, batch.input) - batch.target).square().mean();
  const auto kl =
      (0.5 * (mean.square() + log_variance.exp() - log_variance - 1)).flatten(1).sum(1).mean();
  coder.step_by({"g"}, "loss", error + 0.02 * kl);
  coder.expect_equal("g");
}

const OptionValues kUnet = {{"network", "sr_unet"},   {"levels", "1"},
                            {"features", "4"},        {"patch", "32"},
                            {"schedule", "constant"}, {"degradation", "phone"}};

TEST_F(PictureFormulas, UnetMinimisesTheMeanSquare) {
  auto unet = twin("unet", kUnet);
  const Batch batch = pair(32, 32);
  unet.step(1, {batch});
  unet.step_by({"g"}, "loss", (unet.run("g", batch.input) - batch.target).square().mean());
  unet.expect_equal("g");
}

TEST_F(PictureFormulas, UnetPerceptualAddsTheFeatures) {
  OptionValues values = kUnet;
  values.insert({{"perceptual", "mobilenet"}, {"perceptual_weight", "0.3"}, {"loss", "l1"}});
  auto unet = twin("unet-perceptual", values);
  const Batch batch = pair(32, 32);
  unet.step(1, {batch});
  const auto network = losses::feature_network("", {.perceptual = "mobilenet"}, torch::kCPU);
  const std::vector<std::string> layers = {"features.1", "features.3", "features.6", "features.13"};
  const auto output = unet.run("g", batch.input);
  const auto of_output = network->forward(output, layers),
             of_target = network->forward(batch.target, layers);
  auto distance = torch::zeros({});
  for (const auto& layer : layers) {
    const auto unit = [&](const torch::Tensor& f) {
      return f / (f * f).sum(1, true).add(1e-10).sqrt();
    };
    distance =
        distance + (unit(of_output.at(layer)) - unit(of_target.at(layer))).pow(2).sum(1).mean();
  }
  unet.step_by({"g"}, "loss", mean_l1(output, batch.target) + 0.3 * distance);
  unet.expect_equal("g");
}

TEST_F(PictureFormulas, UnetGanHasItsThreePhases) {
  OptionValues values = kUnet;
  values.at("patch") = "64";
  values.insert({{"critic_features", "4"},
                 {"critic_blocks", "1"},
                 {"critic_dropout", "0"},
                 {"pretrain_steps", "1"},
                 {"critic_steps", "1"},
                 {"threshold", "100"},
                 {"gan_weight", "0.7"},
                 {"pixel_weight", "3"}});
  auto unet = twin("unet-gan", values);
  const Batch batch = pair(64, 64);
  const auto judged = [&](const torch::Tensor& picture) {
    return unet.run("d", imagenet_normalise(picture));
  };
  unet.step(1, {batch});  // pixels
  unet.step_by({"g"}, "loss", (unet.run("g", batch.input) - batch.target).square().mean());
  unet.expect_equal("g");

  unet.step(2, {batch});  // the critic
  torch::Tensor fake;
  {
    torch::NoGradGuard no_grad;
    fake = unet.run("g", batch.input);
  }
  // Spectral norms move with every run, so that their order counts.
  const auto on_real = judged(batch.target), on_fake = judged(fake);
  unet.step_by({"d"}, "loss_d", (real_by_entropy(on_real) + fake_by_entropy(on_fake)) / 2);
  unet.expect_equal("d");

  unet.step(3, {batch});  // the generator against it, since its loss is below the threshold
  unet.network("d").eval();
  const auto output = unet.run("g", batch.input);
  unet.step_by({"g_game"}, "loss_g",
               0.7 * real_by_entropy(judged(output)) + 3 * (output - batch.target).square().mean());
  unet.network("d").train();
  unet.expect_equal("g_game");

  unet.step(4, {batch});  // and the critic again
  EXPECT_TRUE(std::isfinite(unet.logged("loss_d")));
}

const OptionValues kRrdb = {{"features", "4"}, {"blocks", "1"},        {"growth", "4"},
                            {"vgg", "none"},   {"d_features", "4"},    {"scale", "2"},
                            {"patch", "64"},   {"pretrain_steps", "0"}};

TEST_F(PictureFormulas, EsrganIsRelativistic) {
  OptionValues values = kRrdb;
  values.insert({{"discriminator", "vgg_style"}, {"l1_weight", "0.3"}, {"gan_weight", "0.2"}});
  auto esrgan = twin("esrgan", values);
  const Batch batch = pair(64, 128);
  esrgan.step(1, {batch});
  const auto fake = esrgan.run("g", batch.input);
  const auto of_real = esrgan.run("d", batch.target).detach(), of_fake = esrgan.run("d", fake);
  // Equations 1 and 2 of arXiv:1809.00219; BasicSR takes the mean of the two parts.
  const auto of_g =
      (fake_by_entropy(of_real - of_fake.mean()) + real_by_entropy(of_fake - of_real.mean())) / 2;
  esrgan.step_by({"g"}, "loss_g", 0.3 * mean_l1(fake, batch.target) + 0.2 * of_g);
  const auto real = esrgan.run("d", batch.target), generated = esrgan.run("d", fake.detach());
  esrgan.step_by(
      {"d"}, "loss_d",
      (real_by_entropy(real - generated.mean()) + fake_by_entropy(generated - real.mean())) / 2);
  esrgan.expect_equal("g");
  esrgan.expect_equal("d");
  EXPECT_EQ(esrgan.own().optimizer("d").lr, 1e-4);
}

TEST_F(PictureFormulas, RealEsrganAddsPlainEntropyAndSharpensTheTarget) {
  OptionValues values = kRrdb;
  values.insert({{"degradation", "realesrgan"}, {"gan_weight", "0.4"}});
  auto realesrgan = twin("realesrgan", values);
  Batch batch = pair(64, 128);
  batch.target = torch::rand({3, 6, 128, 128});  // plain, then sharpened
  realesrgan.step(1, {batch});
  const auto plain = batch.target.narrow(1, 0, 3), sharp = batch.target.narrow(1, 3, 3);
  const auto fake = realesrgan.run("g", batch.input);
  for (const char* optimizer : {"g"}) realesrgan.own().scale_lr(optimizer, 0.5);  // lr_gan
  realesrgan.step_by({"g"}, "loss_g",
                     mean_l1(fake, sharp) + 0.4 * real_by_entropy(realesrgan.run("d", fake)));
  const auto on_real = realesrgan.run("d", plain), on_fake = realesrgan.run("d", fake.detach());
  realesrgan.step_by({"d"}, "loss_d", real_by_entropy(on_real) + fake_by_entropy(on_fake));
  realesrgan.expect_equal("g");
  realesrgan.expect_equal("d");
}

TEST_F(PictureFormulas, RealEsrgansSecondStageStartsFromTheAverage) {
  OptionValues values = kRrdb;
  values["pretrain_steps"] = "4";
  values["ema"] = "0.9";
  values["degradation"] = "realesrgan";
  values["lr_gan"] = "0";
  auto realesrgan = twin("realesrgan", values);
  Batch batch = pair(64, 128);
  batch.target = torch::rand({3, 6, 128, 128});
  RunState& state = realesrgan.recipe().state;
  for (int step = 1; step <= 4; ++step) {
    realesrgan.step(step, {batch});
    state.update_averages(0.9);
  }
  const auto& g = state.network("g");
  const auto raw = g.network->parameters()[0].clone(), average = g.average->parameters()[0].clone();
  ASSERT_FALSE(at::allclose(raw, average));
  realesrgan.step(5, {batch});
  EXPECT_TRUE(at::equal(g.network->parameters()[0], average));
}

TEST_F(PictureFormulas, Pix2PixJudgesPairsAndWeighsL1) {
  auto pix2pix = twin("pix2pix", {{"features", "4"},
                                  {"levels", "5"},
                                  {"norm", "instance"},
                                  {"d_features", "4"},
                                  {"d_layers", "1"},
                                  {"load", "0"},
                                  {"crop", "32"},
                                  {"simulate", "phone"},
                                  {"l1_weight", "7"}});
  const Batch batch = pair(32, 32);
  pix2pix.step(1, {batch});
  const auto a = batch.input * 2 - 1, b = batch.target * 2 - 1, fake = pix2pix.run("g", a);
  const auto judged = [&](const torch::Tensor& output) {
    return pix2pix.run("d", torch::cat({a, output}, 1));
  };
  pix2pix.step_by({"d"}, "loss_d",
                  (real_by_entropy(judged(b)) + fake_by_entropy(judged(fake.detach()))) / 2);
  pix2pix.step_by({"g"}, "loss_g", real_by_entropy(judged(fake)) + 7 * mean_l1(fake, b));
  pix2pix.expect_equal("d");
  pix2pix.expect_equal("g");
}

}  // namespace
}  // namespace gan::training
