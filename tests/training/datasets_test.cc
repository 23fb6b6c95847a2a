// SPDX-License-Identifier: LGPL-2.1-or-later
// Layouts of data sets, pairs that stay pairs, and the pool of old pictures.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "core/image_file.h"
#include "tests/core/checkpoint/scratch.h"
#include "training/datasets/two_domains.h"
#include "training/recipes/image_pool.h"

namespace gan::training {
namespace {

class TwoDomainsTest : public testing::Test {
 protected:
  // A picture whose pixels tell domain, number and place.
  void write(const std::string& path, float domain, int number, Size size = {40, 30}) const {
    std::filesystem::create_directories(std::filesystem::path(scratch_.file(path)).parent_path());
    Picture picture(size, 3);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        float* rgb = picture.span().row(y) + 3 * x;
        rgb[0] = domain;
        rgb[1] = static_cast<float>(number) / 10;
        rgb[2] = static_cast<float>(x) / 64;
      }
    write_image(scratch_.file(path), picture.view());
  }
  void write_pairs(const std::string& a, const std::string& b) const {
    for (int i = 0; i < 4; ++i) {
      write(a + "/" + std::to_string(i) + ".png", 0, i);
      write(b + "/" + std::to_string(i) + ".png", 1, i);
    }
  }
  std::string refusal(bool paired) const {
    try {
      find_domains(scratch_.path(), paired);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  test::Scratch scratch_;
};

TEST_F(TwoDomainsTest, FindsEveryLayout) {
  const auto sizes = [&](const char* folder, bool paired) {
    const TwoDomains found = find_domains(scratch_.file(folder), paired);
    return std::tuple(found.a.size(), found.b.size(), found.test_a.size(), found.side_by_side);
  };
  write_pairs("cycle/trainA", "cycle/trainB");
  write_pairs("cycle/testA", "cycle/testB");
  EXPECT_EQ(sizes("cycle", false), std::tuple(4u, 4u, 4u, false));
  write_pairs("plain/A", "plain/B");
  EXPECT_EQ(sizes("plain", true), std::tuple(4u, 4u, 0u, false));
  write_pairs("two/GTr_A", "two/low");
  EXPECT_EQ(sizes("two", true), std::tuple(4u, 4u, 0u, false));
  write_pairs("sony/training_data/sony", "sony/training_data/canon");
  write_pairs("sony/test_data/patches/sony", "sony/test_data/patches/canon");
  EXPECT_EQ(sizes("sony", true), std::tuple(4u, 4u, 4u, false));
  for (int i = 0; i < 3; ++i) write("pix/train/" + std::to_string(i) + ".png", 0, i, {80, 30});
  write("pix/val/9.png", 0, 9, {80, 30});
  EXPECT_EQ(sizes("pix", true), std::tuple(3u, 0u, 1u, true));
}

TEST_F(TwoDomainsTest, SaysWhatIsMissing) {
  EXPECT_NE(refusal(false).find("trainA"), std::string::npos);
  write_pairs("A", "B");
  write("A/alone.png", 0, 0);
  EXPECT_EQ(refusal(false), "");
  EXPECT_NE(refusal(true).find("alone.png"), std::string::npos) << refusal(true);
}

TEST_F(TwoDomainsTest, PartsOfOneDataSetAreNoDomains) {
  for (const auto& [a, b] : {std::pair("train", "val"), {"test", "train"}, {"photos", "val"}}) {
    const std::string folder = std::string(a) + "-" + b;
    write_pairs(folder + "/" + a, folder + "/" + b);
    try {
      find_domains(scratch_.file(folder), false);
      ADD_FAILURE() << folder << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData);
      for (const char* part : {"not two domains", "trainA/", "A/ and B/", "side by side"})
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
}

TEST_F(TwoDomainsTest, SaysWhichFolderIsWhichDomain) {
  write_pairs("two/winter", "two/summer");
  const TwoDomains found = find_domains(scratch_.file("two"), false);
  EXPECT_NE(found.note.find("A is " + scratch_.file("two/summer")), std::string::npos);
  EXPECT_NE(found.note.find("B is " + scratch_.file("two/winter")), std::string::npos);
  EXPECT_TRUE(found.a[0].starts_with(scratch_.file("two/summer")));
}

// The small patch is that of the whole small picture, wherever it lies, also where only its

// surroundings were shrunk; the large one lies over it.

TEST_F(TwoDomainsTest, PairsAreOneSquareOfBothAndTurnAroundWhenAsked) {
  write_pairs("A", "B");
  TwoDomains found = find_domains(scratch_.path(), true);
  for (const bool swap : {false, true}) {
    found.swap = swap;
    const PairedDataset data(found, {.load = 0, .crop = 8});
    for (uint64_t draw = 0; draw < 8; ++draw) {
      Random random(draw);
      const Sample sample = data.get(static_cast<int64_t>(draw % 4), random);
      const float *input = sample.input.view().row(0), *target = sample.target.view().row(0);
      EXPECT_EQ(input[0], swap ? 1 : 0);
      EXPECT_EQ(target[0], swap ? 0 : 1);
      EXPECT_EQ(input[1], target[1]) << "the number";
      for (int x = 0; x < 8; ++x) EXPECT_EQ(input[3 * x + 2], target[3 * x + 2]) << "the place";
    }
  }
}

TEST_F(TwoDomainsTest, TellsPairsFromOtherDomains) {
  write_pairs("pairs/A", "pairs/B");
  EXPECT_TRUE(domains_are_paired(scratch_.file("pairs")));
  write("pairs/A/alone.png", 0, 0);
  EXPECT_FALSE(domains_are_paired(scratch_.file("pairs")));
  for (int i = 0; i < 3; ++i) write("pix/train/" + std::to_string(i) + ".png", 0, i, {80, 30});
  EXPECT_TRUE(domains_are_paired(scratch_.file("pix")));
}

TEST_F(TwoDomainsTest, PairsAreCutAndMirroredAlike) {
  write_pairs("A", "B");
  const PairedDataset data(find_domains(scratch_.path(), true), {.load = 0, .crop = 16});
  TwoDomains backwards = find_domains(scratch_.path(), true);
  backwards.swap = true;
  const PairedDataset swapped(backwards, {.load = 0, .crop = 16});
  for (uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed), same(seed);
    const Sample sample = data.get(static_cast<int64_t>(seed % 4), random);
    EXPECT_EQ(sample.input.values[0], 0);
    EXPECT_EQ(sample.target.values[0], 1);
    for (size_t i = 0; i < sample.input.values.size(); i += 3) {
      EXPECT_EQ(sample.input.values[i + 1], sample.target.values[i + 1]);
      EXPECT_EQ(sample.input.values[i + 2], sample.target.values[i + 2]);
    }
    EXPECT_EQ(swapped.get(static_cast<int64_t>(seed % 4), same).input.values, sample.target.values);
  }
}

TEST_F(TwoDomainsTest, HalvesOfAFileAreAPair) {
  Picture both({8, 4}, 3);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 8; ++x) both.span().row(y)[3 * x] = x < 4 ? 0.0f : 1.0f;
  std::filesystem::create_directories(scratch_.file("train"));
  write_image(scratch_.file("train/0.png"), both.view());
  const PairedDataset data(find_domains(scratch_.path(), true), {.load = 0, .crop = 4});
  Random random(1);
  const Sample sample = data.get(0, random);
  EXPECT_EQ(sample.input.values[0], 0);
  EXPECT_EQ(sample.target.values[0], 1);
}

TEST_F(TwoDomainsTest, UnpairedSamplesMeetEveryPartner) {
  write_pairs("A", "B");
  const UnpairedDataset data(find_domains(scratch_.path(), false), {.load = 0, .crop = 16});
  std::set<float> partners;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const Sample sample = data.get(1, random);
    EXPECT_NEAR(sample.input.values[1], 0.1f, 0.01);
    partners.insert(sample.target.values[1]);
  }
  EXPECT_EQ(partners.size(), 4u);
}

TEST(ImagePool, FillsThenGivesOldPicturesBackHalfOfTheTime) {
  RunState state(torch::kCPU);
  ImagePool pool(state, "a", 5);
  Random random(1);
  int old = 0;
  for (int i = 0; i < 205; ++i) {
    const auto one = torch::full({1, 1, 2, 2}, static_cast<float>(i));
    const auto given = pool.exchange(one, random);
    const bool is_new = given[0][0][0][0].item<float>() == static_cast<float>(i);
    if (i < 5) {
      EXPECT_TRUE(is_new);
    }
    if (i >= 5) old += !is_new;
    EXPECT_EQ(one[0][0][0][0].item<float>(), static_cast<float>(i)) << "the caller's stays";
  }
  EXPECT_NEAR(old, 100, 25);
  ImagePool none(state, "b", 0);
  EXPECT_TRUE(
      torch::equal(none.exchange(torch::ones({2, 1, 2, 2}), random), torch::ones({2, 1, 2, 2})));
}

}  // namespace
}  // namespace gan::training
