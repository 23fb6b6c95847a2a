// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/trial_cache.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/builtin.h"
#include "models/enhancer/planned_network.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan {
namespace {

const std::vector<std::string> kKernels = {"f4-fp32", "f4-store16"};
const KernelTrial kTrial = {{{"f4-fp32", 12.25, INFINITY}, {"f4-store16", 1.0 / 3, 64.5}}, 9600};

std::string only_file(const std::string& folder) {
  std::vector<std::string> all;
  for (const auto& file : std::filesystem::directory_iterator(folder)) all.push_back(file.path());
  EXPECT_EQ(all.size(), 1u);
  return all.at(0);
}
std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(TrialCache, GivesBackWhatItKept) {
  const test::Scratch scratch;
  const TrialCache cache(scratch.file("new/folder"));
  EXPECT_FALSE(cache.find("a key", kKernels));
  cache.keep("a key", kTrial);
  const auto found = cache.find("a key", kKernels);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->pixels, 9600);
  EXPECT_EQ(found->text(), kTrial.text());
  EXPECT_EQ(found->results[1].ms, 1.0 / 3);
  EXPECT_EQ(found->best(60).kernel, "f4-store16");
  EXPECT_FALSE(cache.find("another key", kKernels));
  EXPECT_FALSE(cache.find("a key", {"f4-fp32"}));
  EXPECT_FALSE(cache.find("a key", {"f4-fp32", "f4-bf16"}));
}

TEST(TrialCache, WhatIsBrokenOrLiesIsIgnored) {
  const test::Scratch scratch;
  const std::string folder = scratch.file("cache");
  const TrialCache cache(folder);
  cache.keep("a key", kTrial);
  const std::string path = only_file(folder), text = text_of(path);
  const auto is_ignored = [&](const std::string& changed) {
    std::ofstream(path, std::ios::trunc) << changed;
    return !cache.find("a key", kKernels);
  };
  EXPECT_FALSE(is_ignored(text));
  EXPECT_TRUE(is_ignored(""));
  EXPECT_TRUE(is_ignored("sum "));
  EXPECT_TRUE(is_ignored(std::string(5000, 'x')));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_TRUE(is_ignored(changed)) << i;
    EXPECT_TRUE(is_ignored(text.substr(0, i))) << i;
  }
  // Of another key, whose file has been put in this one's place.
  const TrialCache other(scratch.file("other"));
  other.keep("b key", kTrial);
  EXPECT_TRUE(is_ignored(text_of(only_file(scratch.file("other")))));
}

TEST(TrialCache, WhereNothingCanBeKeptNothingIs) {
  const test::Scratch scratch;
  scratch.write("file", "in the folder's place");
  for (const std::string& folder : {std::string(), scratch.file("file")}) {
    const TrialCache cache(folder);
    cache.keep("a key", kTrial);
    EXPECT_FALSE(cache.find("a key", kKernels));
  }
}

// What it says is believed, so a network that finds it is not tried again.
TEST(TrialCache, ANetworkThatWasTriedIsNotTriedAgain) {
  const test::Scratch scratch;
  const std::string folder = scratch.file("cache");
  Workers workers;
  const auto trial = [&](Size size) {
    PlannedNetwork network(*planned_model(open_model("x2"), "x2"), {}, workers, TrialCache(folder));
    network.prepare(size, true);
    EXPECT_GT(network.ms(size), 0);
    return network.trial() + network.info().kernel;
  };
  const std::string first = trial({320, 180});
  EXPECT_EQ(trial({320, 180}), first);
  only_file(folder);
  trial({160, 96});  // a strip of another size
  size_t files = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 2u);
}

}  // namespace
}  // namespace gan
