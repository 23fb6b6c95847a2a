// SPDX-License-Identifier: LGPL-2.1-or-later
// Every recipe learns on real data: what repairs or translates pictures ends above its input (or
// the bicubic enlargement) on held-out pictures, the others improve over step 0, each by a stated
// margin; the same assertion fails with a learning rate of 0 and with a generator that is not
// updated. Networks are small and runs short; training/README.md has longer ones.
#include "tests/training/gan_train.h"
#include "training/recipes/recipe.h"

namespace gan::test {
namespace {

struct RealCase {
  const char* recipe;
  const char* data;  // below GAN_DATA, or an absolute folder
  int steps;
  std::vector<const char*> settings;
  std::vector<const char*> rates;  // options that are learning rates
  // Of the last validation; one that does not end in _gain counts from step 0.
  const char* metric;
  double margin;  // at least, or where it is negative at most
};

constexpr const char* kPhotos = "train/BSDS500";

const std::vector<RealCase>& real_cases() {
  static const std::vector<RealCase> all = {
      {"augcyclegan",
       kPhotos,
       100,
       {"size=small", "simulate=phone", "features=8", "e_features=8", "d_features=8", "lr=0.0005",
        "ema=0", "holdout=10"},
       {"lr"},
       "psnr_rgb_gain",
       0.5},
      {"autoencoder",
       kPhotos,
       300,
       {"size=small", "lr=0.003", "ema=0.98", "holdout=5"},
       {"lr"},
       "psnr_y_gain",
       0.3},
      {"cgan",
       "/usr/share/datasets/fashion-mnist",
       1000,
       {"features=16", "d_features=16", "batch=32", "dropout=0", "judge_steps=150",
        "judge_pictures=200", "lr=0.001"},
       {"lr"},
       "class_accuracy",
       0.2},
      {"compact",
       kPhotos,
       200,
       {"features=16", "convs=2", "patch=32", "batch=8", "lr=0.002", "ema=0", "holdout=5"},
       {"lr"},
       "psnr_y_gain",
       0.3},
      {"cyclegan",
       "paired/euvp_underwater",
       500,
       {"size=small", "holdout=8"},
       {"lr"},
       "psnr_rgb_gain",
       0.5},
      {"dcgan",
       kPhotos,
       100,
       {"features=16", "d_features=16", "side=32", "batch=16", "holdout=32", "judge_pictures=32",
        "lr=0.001"},
       {"lr"},
       "swd",
       -50},
      {"esrgan",
       kPhotos,
       240,
       {"generator=compact", "generator.features=16", "generator.convs=2", "d_features=8",
        "patch=32", "scale=2", "batch=8", "pretrain_steps=200", "vgg=none", "lr=0.002",
        "lr_d=0.0001", "ema=0.99", "holdout=5"},
       {"lr", "lr_d"},
       "psnr_y_gain",
       0.3},
      {"pix2pix",
       "paired/euvp_underwater",
       200,
       {"features=16", "levels=5", "d_features=8", "d_layers=1", "load=70", "crop=64", "lr=0.001",
        "holdout=8"},
       {"lr"},
       "psnr_rgb_gain",
       1},
      {"realesrgan",
       kPhotos,
       320,
       {"generator=compact", "generator.features=16", "generator.convs=4", "d_features=8",
        "patch=32", "scale=2", "batch=8", "pretrain_steps=280", "vgg=none", "sharpen=false",
        "lr=0.002", "lr_gan=0.00005", "ema=0.99", "holdout=20"},
       {"lr", "lr_gan"},
       "psnr_y_gain",
       0.05},
      {"unet",
       kPhotos,
       150,
       {"network=sr_unet", "levels=2", "features=16", "patch=64", "batch=4", "ema=0",
        "schedule=constant", "holdout=5"},
       {"lr"},
       "psnr_y_gain",
       0.5},
      {"unet-gan",
       kPhotos,
       100,
       {"size=small", "levels=2", "patch=64", "batch=4", "pretrain_steps=85", "critic_steps=5",
        "ema=0", "holdout=5"},
       {"lr", "lr_gan", "lr_critic"},
       "psnr_y_gain",
       0.3},
      {"unet-perceptual",
       kPhotos,
       200,
       {"network=sr_unet", "levels=2", "features=16", "patch=64", "batch=4", "ema=0",
        "schedule=constant", "vgg=none", "holdout=5"},
       {"lr"},
       "psnr_y_gain",
       0.3},
      {"vae",
       kPhotos,
       80,
       {"hidden=16-32-64", "latent=32", "batch=16", "holdout=32", "judge_pictures=32"},
       {"lr"},
       "psnr_rgb",
       1.5},
      {"wespe",
       kPhotos,
       800,
       {"size=small", "simulate=phone", "holdout=10"},
       {"lr"},
       "psnr_rgb_gain",
       0.3},
  };
  return all;
}

class RealData : public testing::TestWithParam<RealCase> {
 protected:
  double improvement(const std::string& out, int steps, const std::vector<std::string>& changes) {
    const RealCase& one = GetParam();
    const std::string folder =
        one.data[0] == '/' ? one.data : std::string(std::getenv("GAN_DATA")) + "/" + one.data;
    std::vector<std::string> words = {
        "run",   one.recipe,         "--data",  folder,
        "--out", scratch_.file(out), "--steps", std::to_string(steps)};
    for (const char* setting : one.settings) words.insert(words.end(), {"--set", setting});
    for (const char* setting :
         {"look=0", "log_every=10000", "validate_every=10000", "save_every=10000"})
      words.insert(words.end(), {"--set", setting});
    for (const auto& change : changes) words.insert(words.end(), {"--set", change});
    const Finished done = gan_train(scratch_, words);
    EXPECT_EQ(done.status, 0) << done.output;
    const auto values =
        column(slurp(scratch_.file(out + "/metrics.csv")), std::string("val_") + one.metric);
    EXPECT_EQ(values.size(), 2u) << done.output;
    if (values.size() != 2) return 0;
    return std::string_view(one.metric).ends_with("_gain") ? values[1] : values[1] - values[0];
  }
  bool enough(double gain) const {
    return GetParam().margin > 0 ? gain >= GetParam().margin : gain <= GetParam().margin;
  }
  Scratch scratch_;
};

TEST_P(RealData, GoldenImprovesTheHeldOutMetricAndOnlyByLearning) {
  const RealCase& one = GetParam();
  if (!std::getenv("GAN_DATA"))
    GTEST_SKIP() << "GAN_DATA is not set to the folder of the test data";
  if (one.data[0] == '/' && !std::filesystem::exists(one.data))
    GTEST_SKIP() << one.data << " is not there: install dataset-fashion-mnist";
  std::vector<std::string> without_rate;
  for (const char* rate : one.rates) without_rate.push_back(std::string(rate) + "=0");
  // What does not learn needs no more than a third of the steps to show it, where the first stage
  // of the training is the only one.
  const bool staged = std::ranges::any_of(one.settings, [](const std::string& setting) {
    return setting.starts_with("pretrain_steps=");
  });
  const int steps = staged ? one.steps : one.steps / 3;
  const double trained = improvement("trained", one.steps, {}),
               still = improvement("still", steps, without_rate),
               frozen = improvement("frozen", steps, {"freeze=g"});
  std::printf(
      "golden recipe %s: %s changes by %+.3f in %d steps (margin %+.1f); %+.3f without a "
      "rate, %+.3f with the generator frozen\n",
      one.recipe, one.metric, trained, one.steps, one.margin, still, frozen);
  EXPECT_TRUE(enough(trained)) << trained;
  EXPECT_FALSE(enough(still)) << still;
  EXPECT_FALSE(enough(frozen)) << frozen;
}

TEST(RealDataRecipes, EachIsTestedHere) {
  for (const auto& recipe : training::recipe_table())
    EXPECT_TRUE(std::ranges::count(real_cases(), recipe.name, &RealCase::recipe)) << recipe.name;
}

INSTANTIATE_TEST_SUITE_P(Recipes, RealData, testing::ValuesIn(real_cases()),
                         [](const auto& recipe) {
                           std::string name = recipe.param.recipe;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace gan::test
