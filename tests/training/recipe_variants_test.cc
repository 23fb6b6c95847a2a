// SPDX-License-Identifier: LGPL-2.1-or-later
// The choices that recipes offer beside their defaults: each runs, some steps of every stage, and
// its checkpoint can be read.
#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

struct Variant {
  const char* name;
  const char* recipe;
  std::vector<const char*> settings;
};

const std::vector<const char*> kTinyAug = {"features=4",     "e_features=4", "d_features=4",
                                           "latent=2",       "crop=16",      "batch=2",
                                           "simulate=phone", "holdout=1",    "rounds=1"};
const std::vector<const char*> kTinyUnet = {"features=8", "blocks=1-1-1-1", "patch=32", "batch=2",
                                            "holdout=1"};
const std::vector<const char*> kTinyWespe = {"features=4", "f_features=4", "d_features=4",
                                             "crop=32",    "batch=2",      "simulate=phone",
                                             "holdout=1"};

std::vector<const char*> with(std::vector<const char*> settings,
                              std::initializer_list<const char*> more) {
  settings.insert(settings.end(), more);
  return settings;
}

const std::vector<Variant>& variants() {
  static const std::vector<Variant> all = {
      {"augcyclegan_paired", "augcyclegan",
       with(kTinyAug, {"paired=data", "vgg=random", "perceptual_weight=0.1", "crop=32"})},
      {"augcyclegan_one_sided", "augcyclegan", with(kTinyAug, {"sides=one", "paired=data"})},
      {"augcyclegan_cin", "augcyclegan", with(kTinyAug, {"style=cin", "sides=one"})},
      {"augcyclegan_stylegan2_path", "augcyclegan",
       with(kTinyAug, {"path=stylegan2", "path_every=2"})},
      {"augcyclegan_no_path", "augcyclegan", with(kTinyAug, {"path=none", "direction=BtoA"})},
      {"autoencoder_mixture",
       "autoencoder",
       {"features=4", "patch=16", "batch=2", "holdout=1", "loss=mse+0.5*ssim+0.01*psnr+hfenn"}},
      {"autoencoder_variational",
       "autoencoder",
       {"network=vae_sr", "features=4", "latent=4", "patch=16", "batch=2", "holdout=1"}},
      {"compact_realesrgan_damage",
       "compact",
       {"features=4", "convs=0", "patch=8", "batch=2", "holdout=1", "degradation=realesrgan"}},
      {"compact_phone",
       "compact",
       {"features=4", "convs=0", "patch=16", "batch=2", "holdout=1", "degradation=phone",
        "scale=1"}},
      {"cyclegan_backwards",
       "cyclegan",
       {"features=4", "blocks=1", "d_features=4", "d_layers=1", "load=40", "crop=32",
        "simulate=phone", "holdout=1", "direction=BtoA", "identity_weight=0"}},
      {"dcgan_faces", "dcgan", {"variant=faces", "batch=2", "holdout=1", "judge_pictures=16"}},
      {"esrgan_vgg_style",
       "esrgan",
       {"features=8", "blocks=1", "growth=4", "d_features=4", "discriminator=vgg_style", "patch=32",
        "scale=4", "batch=1", "pretrain_steps=1", "vgg=random", "holdout=1"}},
      {"pix2pix_resnet",
       "pix2pix",
       {"generator=resnet", "features=4", "blocks=1", "norm=instance", "d_features=4", "d_layers=1",
        "load=0", "crop=32", "simulate=phone", "holdout=1", "gan=lsgan"}},
      {"unet_resnet", "unet", with(kTinyUnet, {"self_attention=true", "freeze_steps=2"})},
      {"unet_enlarging", "unet", with(kTinyUnet, {"scale=2", "degradation=bicubic"})},
      {"unet_perceptual_relu3_3", "unet-perceptual", with(kTinyUnet, {"vgg=random"})},
      {"unet_perceptual_fastai", "unet-perceptual",
       with(kTinyUnet, {"vgg=random", "preset=fastai"})},
      {"vae_capacity",
       "vae",
       {"hidden=4-4-4", "latent=4", "batch=4", "holdout=1", "judge_pictures=16", "capacity=5",
        "channels=1"}},
      {"wespe_paper", "wespe",
       with(kTinyWespe, {"variant=paper", "gan=vanilla", "vgg=random", "content_weight=1"})},
  };
  return all;
}

class RecipeVariants : public RunTest<testing::TestWithParam<Variant>> {
 protected:
  const char* recipe() const override { return GetParam().recipe; }
  std::vector<const char*> settings() const override { return GetParam().settings; }
  void SetUp() override {
    make_pictures(scratch_.file("data"), 4, {136, 132});
    paired_ = "paired=" + scratch_.file("data");
  }
  std::string paired_;
};

TEST_P(RecipeVariants, RunsAndIsRemembered) {
  std::vector<std::string> words = command("a", {"--steps", "4", "--set", "validate_every=4"});
  std::ranges::replace(words, std::string("paired=data"), paired_);
  const Finished done = gan_train(scratch_, words);
  ASSERT_EQ(done.status, 0) << done.output;
  const Finished show = gan_train(scratch_, {"show", latest("a")});
  ASSERT_EQ(show.status, 0) << show.output;
  const size_t begin = show.output.find("gan.recipe_options = ");
  ASSERT_NE(begin, std::string::npos) << show.output;
  const std::string options = show.output.substr(begin, show.output.find('\n', begin) - begin);
  std::map<std::string, std::string> values;  // of keys set twice the last
  for (const std::string word : GetParam().settings)
    values[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  if (values.contains("paired")) values["paired"] = scratch_.file("data");
  for (const auto& [key, value] : values) {
    const bool found = options.find('"' + key + "\": " + value) != std::string::npos ||
                       options.find('"' + key + "\": \"" + value + '"') != std::string::npos;
    EXPECT_TRUE(found) << key << "=" << value << "\n" << options;
  }
}

INSTANTIATE_TEST_SUITE_P(Recipes, RecipeVariants, testing::ValuesIn(variants()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace gan::test
