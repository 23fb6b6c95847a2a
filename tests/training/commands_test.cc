// SPDX-License-Identifier: LGPL-2.1-or-later
// What gan-train says of itself: the help of every command, the list, built-in models to start
// from.
#include "training/commands/commands.h"
#include "tests/training/gan_train.h"
#include "training/recipes/recipe.h"

namespace gan::test {
namespace {

TEST(Commands, EachHelpsWithItsOptions) {
  const Scratch scratch;
  const Finished all = gan_train(scratch, {"--help"});
  EXPECT_EQ(all.status, 0);
  for (const auto& command : training::commands()) {
    EXPECT_NE(all.output.find(concat("\n  ", command.name, " ")), std::string::npos) << all.output;
    EXPECT_NE(all.output.find(command.summary), std::string::npos) << command.name;
    const Finished help = gan_train(scratch, {command.name, "--help"});
    EXPECT_EQ(help.status, 0) << command.name;
    EXPECT_NE(help.output.find(concat("gan-train ", command.name)), std::string::npos)
        << help.output;
    EXPECT_NE(help.output.find("--help"), std::string::npos) << help.output;
    const Finished wrong = gan_train(scratch, {command.name, "--no-such-option"});
    EXPECT_EQ(wrong.status, 2) << command.name;
    EXPECT_NE(wrong.output.find("--no-such-option"), std::string::npos) << wrong.output;
  }
}

TEST(Commands, ListNamesRecipesNetworksAndBuiltInModels) {
  const Scratch scratch;
  const std::string list = gan_train(scratch, {"list"}).output;
  std::vector<std::string> words = {"list"};
  for (const auto& recipe : training::recipe_table()) {
    EXPECT_NE(list.find(concat("  ", recipe.name, " ")), std::string::npos) << list;
    words.emplace_back(recipe.name);
  }
  const Finished each = gan_train(scratch, words);
  EXPECT_EQ(each.status, 0);
  for (const auto& recipe : training::recipe_table())
    EXPECT_NE(each.output.find(concat("recipe ", recipe.name, ": ")), std::string::npos)
        << recipe.name;
  EXPECT_NE(each.output.find("\n  validate_every "), std::string::npos) << each.output;
  const size_t built_in = list.find("Built-in models");
  ASSERT_NE(built_in, std::string::npos) << list;
  for (const char* model : {"\n  x2 ", "\n  emoji ", "\n  fashion "})
    EXPECT_NE(list.find(model, built_in), std::string::npos) << model;
}

TEST(Commands, ABuiltInModelIsTheStartOfARun) {
  const Scratch scratch;
  make_pictures(scratch.file("data"), 3);
  const std::vector<std::string> words = {
      "run",   "compact", "--data", scratch.file("data"), "--out",   scratch.file("run"),
      "--set", "lr=0",    "--set",  "holdout=1",          "--set",   "patch=16",
      "--set", "ema=0",   "--set",  "features=32",        "--set",   "convs=5",
      "--set", "batch=1", "--set",  "init=builtin:x2",    "--steps", "1"};
  const Finished done = gan_train(scratch, words);
  ASSERT_EQ(done.status, 0) << done.output;
  ASSERT_EQ(gan_train(scratch, {"convert", "x2", scratch.file("x2.safetensors")}).status, 0);
  expect_equal_weights(scratch.file("x2.safetensors"),
                       scratch.file("run/checkpoints/latest.safetensors"));
}

}  // namespace
}  // namespace gan::test
