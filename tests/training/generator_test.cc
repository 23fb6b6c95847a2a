// SPDX-License-Identifier: LGPL-2.1-or-later
// Any network of pictures can be trained by the recipes of pictures: how it is chosen, what is
// written down, what a checkpoint to start from says.
#include "core/checkpoint/safetensors.h"
#include "core/json.h"
#include "tests/models/small_options.h"
#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

class Generators : public testing::Test {
 protected:
  void SetUp() override { make_pictures(scratch_.file("data"), 4, {136, 132}); }
  Finished run(const std::string& recipe, const std::string& out,
               const std::vector<std::string>& settings, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {
        "run", recipe,    "--data", scratch_.file("data"), "--out", scratch_.file(out), "--threads",
        "1",   "--steps", "2"};
    for (const auto& setting : settings) words.insert(words.end(), {"--set", setting});
    for (auto& word : more) words.push_back(std::move(word));
    return gan_train(scratch_, words);
  }
  std::map<std::string, std::string> metadata(const std::string& out) const {
    return open_tensor_file(weights(out)).metadata;
  }
  OptionValues network_options(const std::string& out) const {
    return options_from_json(metadata(out).at("gan.options"), out);
  }
  std::string weights(const std::string& out) const {
    return scratch_.file(out + "/checkpoints/latest.safetensors");
  }
  Scratch scratch_;
};

const std::vector<std::string> kGan = {"vgg=none", "d_features=4", "patch=16",        "batch=1",
                                       "scale=2",  "holdout=1",    "pretrain_steps=1"};

std::vector<std::string> with(std::vector<std::string> settings,
                              std::initializer_list<const char*> more) {
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

TEST_F(Generators, AnotherNetworkHasItsOwnOptions) {
  const Finished done = run("esrgan", "a",
                            with(kGan, {"generator=compact", "generator.features=6",
                                        "generator.convs=1", "features=40"}));
  ASSERT_EQ(done.status, 0) << done.output;
  EXPECT_EQ(metadata("a").at("gan.network"), "compact");
  EXPECT_EQ(network_options("a").at("features"), "6");
  EXPECT_EQ(network_options("a").at("scale"), "2");
  // The checkpoint's configuration makes the same run.
  const Finished again = gan_train(
      scratch_, {"run", "--config", weights("a"), "--threads", "1", "--out", scratch_.file("b")});
  ASSERT_EQ(again.status, 0) << again.output;
  expect_equal_weights(weights("a"), weights("b"));
}

TEST_F(Generators, TheRecipesOwnNetworkHasThePlainOptionsAndOthersOnDemand) {
  const Finished done =
      run("esrgan", "a", with(kGan, {"features=6", "blocks=1", "growth=4", "generator.growth=5"}));
  ASSERT_EQ(done.status, 0) << done.output;
  EXPECT_EQ(metadata("a").at("gan.network"), "rrdbnet");
  EXPECT_EQ(network_options("a").at("features"), "6");
  EXPECT_EQ(network_options("a").at("growth"), "5");
  const OptionValues written = options_from_json(metadata("a").at("gan.recipe_options"), "a");
  EXPECT_EQ(written.at("growth"), "4");
  EXPECT_EQ(written.at("generator.growth"), "5");
  EXPECT_FALSE(written.contains("generator.features")) << "said by the plain option";
}

TEST_F(Generators, MistakesAreNamed) {
  for (const auto& [settings, said] :
       {std::pair(with(kGan, {"generator=compakt"}), "generator must be one of own|"),
        {with(kGan, {"generator=compact", "generator.blocks=1"}), "generator.blocks"},
        {with(kGan, {"generator=wespe"}),
         "makes pictures 1 times as large, the data scale=2 times"},
        {with(kGan, {"generator=compact", "generator.scale=4"}), "4 times as large"},
        {with(kGan, {"generator=compact", "generator.features=0"}),
         "generator.features must be a whole number"}}) {
    const Finished done = run("esrgan", "a", settings);
    EXPECT_EQ(done.status, 2) << done.output;
    EXPECT_NE(done.output.find(said), std::string::npos) << said << "\n" << done.output;
  }
}

// Every line that makes pictures of pictures, by a recipe of restoration at scale 1, and by
// pix2pix.
TEST_F(Generators, EveryLineOfTheTableThatFitsIsTrainable) {
  std::filesystem::remove_all(scratch_.file("data"));
  make_pictures(scratch_.file("data"), 4, {72, 68});
  int trained = 0;
  for (const auto& entry : network_table()) {
    if (entry.task != Task::kImage) continue;
    std::vector<std::string> settings = {"generator=" + std::string(entry.name), "batch=2",
                                         "holdout=1"};
    const auto small = describe_options(*small_options(entry));
    const auto standard = describe_options(*entry.make_options());
    for (size_t i = 0; i < small.size(); ++i)
      if (small[i].value != standard[i].value)
        settings.push_back(concat("generator.", small[i].name, "=", small[i].value));
    if (entry.name == "unet") settings.push_back("generator.levels=6");
    const std::string out(entry.name);
    const bool enlarges = out == "realcugan";  // always
    const Finished repaired =
        enlarges ? run("compact", out, with(settings, {"patch=32", "scale=2"}))
                 : run("unet", out, with(settings, {"degradation=phone", "patch=64", "scale=1"}));
    EXPECT_EQ(repaired.status, 0) << entry.name << ": " << repaired.output;
    EXPECT_EQ(metadata(out).at("gan.network"), entry.name);
    if (!enlarges) {
      const Finished paired = run(
          "pix2pix", out + "-pairs",
          with(settings, {"simulate=phone", "load=0", "crop=64", "d_features=4", "d_layers=1"}));
      EXPECT_EQ(paired.status, 0) << entry.name << ": " << paired.output;
      EXPECT_EQ(metadata(out + "-pairs").at("gan.network"), entry.name);
    }
    ++trained;
  }
  EXPECT_GE(trained, 24);
}

TEST_F(Generators, InitTakesNetworkAndOptionsFromTheFileUnlessToldOtherwise) {
  const std::vector<std::string> tiny = {"features=6", "convs=1", "patch=8", "batch=1",
                                         "holdout=1",  "scale=3", "ema=0"};
  ASSERT_EQ(run("compact", "a", tiny).status, 0);
  const std::vector<std::string> rest = {
      "init=" + weights("a"), "lr=0", "ema=0", "holdout=1", "patch=8", "batch=1"};
  // The same recipe needs no word about the network, another takes it as its generator.
  const Finished same = run("compact", "b", rest);
  ASSERT_EQ(same.status, 0) << same.output;
  expect_equal_weights(weights("a"), weights("b"));
  const Finished other =
      run("realesrgan", "c", with(rest, {"vgg=none", "d_features=4", "patch=8", "lr_gan=0"}));
  ASSERT_EQ(other.status, 0) << other.output;
  expect_equal_weights(weights("a"), weights("c"));
  const Finished refused = run("compact", "d", with(rest, {"features=7"}));
  EXPECT_EQ(refused.status, 2) << refused.output;
  EXPECT_NE(refused.output.find("init wants a compact"), std::string::npos) << refused.output;
  // Another scale keeps the body.
  const Finished scale =
      run("compact", "f", with(rest, {"scale=2", "batch=1", "convs=1", "features=6"}));
  ASSERT_EQ(scale.status, 0) << scale.output;
  EXPECT_NE(scale.output.find("anew start body.4.weight body.4.bias"), std::string::npos)
      << scale.output;
  const auto middle = [&](const char* out) {
    const TensorFile file = open_tensor_file(weights(out));
    std::vector<float> values(6 * 6 * 9);
    file.read(*file.find("body.2.weight"), std::as_writable_bytes(std::span(values)));
    return values;
  };
  EXPECT_EQ(middle("a"), middle("f"));
  // A built-in model is a start, too.
  const Finished builtin = run(
      "esrgan", "e",
      {"init=x2", "vgg=none", "d_features=4", "patch=16", "batch=1", "holdout=1", "lr=0", "ema=0"});
  ASSERT_EQ(builtin.status, 0) << builtin.output;
  EXPECT_EQ(metadata("e").at("gan.network"), "compact");
  EXPECT_EQ(network_options("e").at("convs"), "5");
}

TEST_F(Generators, InitKnowsTheOptionsOfRecipesWithoutAChoice) {
  const std::vector<std::string> tiny = {"features=4", "f_features=4",   "d_features=4", "crop=32",
                                         "batch=1",    "simulate=phone", "holdout=1"};
  ASSERT_EQ(run("wespe", "a", tiny).status, 0);
  const Finished done = run("wespe", "b",
                            {"init=" + weights("a"), "f_features=4", "d_features=4", "crop=32",
                             "batch=1", "simulate=phone", "holdout=1"});
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_EQ(network_options("b").at("features"), "4");
}

}  // namespace
}  // namespace gan::test
