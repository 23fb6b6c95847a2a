// SPDX-License-Identifier: LGPL-2.1-or-later
// Options that do not fit are refused before the first step.
#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

struct Refusal {
  const char* name;
  const char* recipe;
  std::vector<std::string> settings;
  std::vector<const char*> said;
};

const std::vector<Refusal>& refusals() {
  static const std::vector<Refusal> all = {
      {"unet_gan_critic",
       "unet-gan",
       {"patch=32", "network=sr_unet", "holdout=1"},
       {"patch=32 at scale=1", "network d (critic)", "at least 64"}},
      {"augcyclegan_cin",
       "augcyclegan",
       {"style=cin", "crop=33", "simulate=phone", "holdout=1"},
       {"crop=33", "multiples of 2"}},
      {"esrgan_features",
       "esrgan",
       {"patch=4", "scale=2", "vgg=random", "holdout=1"},
       {"patch=4 at scale=2", "at least 16"}},
      {"realesrgan_judge",
       "realesrgan",
       {"patch=10", "scale=2", "vgg=none", "holdout=1"},
       {"patch=10 at scale=2", "network d (unet_sn)", "multiples of 8"}},
      {"cyclegan_judge",
       "cyclegan",
       {"load=0", "crop=16", "simulate=phone", "holdout=1"},
       {"crop=16", "network d_a (patchgan)", "at least 24"}},
      {"pix2pix_judge",
       "pix2pix",
       {"load=0", "crop=32", "levels=5", "d_layers=4", "simulate=phone", "holdout=1"},
       {"crop=32", "network d (patchgan)", "at least 48"}},
      {"pix2pix_generator",
       "pix2pix",
       {"load=0", "crop=40", "levels=5", "d_layers=1", "simulate=phone", "holdout=1"},
       {"crop=40", "network g (unet)", "multiples of 32"}},
      {"unet_levels",
       "unet",
       {"patch=32", "network=sr_unet", "levels=6", "features=2", "holdout=1"},
       {"patch=32", "network g (sr_unet)", "multiples of 64"}},
      {"autoencoder_halvings",
       "autoencoder",
       {"patch=33", "scale=2", "holdout=1"},
       {"patch=33", "network g (autoencoder)", "multiples of 2"}},
      {"unet_ms_ssim",
       "unet",
       {"loss=mse+ms-ssim", "patch=64", "network=sr_unet", "holdout=1"},
       {"patch=64 at scale=1", "ms-ssim", "at least 161"}},
      {"dcgan_faces_side",
       "dcgan",
       {"variant=faces", "side=64", "holdout=1"},
       {"side must be 80", "64"}},
      {"dcgan_norm", "dcgan", {"norm=batch", "holdout=1"}, {"norm=batch", "variant=faces"}},
      {"cyclegan_wgan", "cyclegan", {"gan=wgan"}, {"gan must be one of vanilla|lsgan|hinge"}},
  };
  return all;
}

class Refusals : public testing::TestWithParam<Refusal> {};

TEST_P(Refusals, NameOptionValueAndWhatIsAllowedBeforeTheFirstStep) {
  const Scratch scratch;
  make_pictures(scratch.file("data"), 3, {136, 132});
  std::vector<std::string> words = {"run",   GetParam().recipe,  "--data", scratch.file("data"),
                                    "--out", scratch.file("out")};
  for (const auto& setting : GetParam().settings) words.insert(words.end(), {"--set", setting});
  const Finished done = gan_train(scratch, words);
  EXPECT_EQ(done.status, 2) << done.output;
  for (const char* part : GetParam().said)
    EXPECT_NE(done.output.find(part), std::string::npos) << part << "\n" << done.output;
  EXPECT_FALSE(std::filesystem::exists(scratch.file("out")));
}

INSTANTIATE_TEST_SUITE_P(Recipes, Refusals, testing::ValuesIn(refusals()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace gan::test
