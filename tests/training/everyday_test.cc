// SPDX-License-Identifier: LGPL-2.1-or-later
// Damage of every day, and pairs that lie on disk.
#include "training/degradations/everyday.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "core/image_file.h"
#include "core/resize.h"
#include "tests/core/checkpoint/scratch.h"
#include "training/datasets/damaged.h"
#include "training/datasets/enlarged_pairs.h"
#include "training/datasets/super_resolution.h"

namespace gan::training {
namespace {

Picture grey(float value, int side) {
  Picture picture({side, side}, 3);
  std::ranges::fill(picture.values, value);
  return picture;
}

double deviation(const Picture& picture, double mean) {
  double sum = 0;
  for (const float value : picture.values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(picture.values.size()));
}

TEST(Everyday, WhatNothingHappensToIsShrunkAlone) {
  Picture picture({64, 48}, 3);
  for (size_t i = 0; i < picture.values.size(); ++i)
    picture.values[i] = static_cast<float>(i * 7919 % 256) / 255;
  Random random(1);
  const Picture small = damage_as_every_day(picture, 2, {.clean = 1}, random);
  Picture wanted = resize(picture, {32, 24});
  clamp_to_unit(wanted);
  EXPECT_EQ(small.values, wanted.values);
}

// Noise is drawn from nothing to the largest, so its mean square is a third of the largest's.
TEST(Everyday, NoiseIsOfAllDeviationsUpToTheLargest) {
  EverydayOptions noise{.clean = 0, .blur = 0, .noise = 1, .jpeg = 0, .photon_noise = 0};
  Random random(2);
  double squares = 0;
  constexpr int kPictures = 300;
  for (int i = 0; i < kPictures; ++i) {
    const double sigma = deviation(damage_as_every_day(grey(0.5f, 32), 1, noise, random), 0.5);
    EXPECT_LT(sigma * 255, noise.noise_high * 1.1);
    squares += sigma * sigma * 255 * 255;
  }
  EXPECT_NEAR(squares / kPictures, noise.noise_high * noise.noise_high / 3, 8);
}

// The truth and what is made of it are of the same soft square.
TEST(Everyday, SoftSquaresAreSoftOnBothSides) {
  const test::Scratch scratch;
  Picture picture({64, 64}, 3);
  for (size_t i = 0; i < picture.values.size(); ++i)
    picture.values[i] = static_cast<float>(i / 3 * 7919 % 256) / 255;
  write_image(scratch.file("noise.png"), picture.view());
  const auto contrasts = [&](double soft) {
    const DamagedDataset data({scratch.file("noise.png")},
                              {.way = "everyday", .scale = 2, .patch = 16, .soft = soft});
    Random random(4);
    const Sample sample = data.get(0, random);
    const auto contrast = [](const Picture& of) {
      double mean = 0;
      for (const float value : of.values) mean += value / double(of.values.size());
      return deviation(of, mean);
    };
    return std::pair(contrast(sample.target), contrast(sample.input));
  };
  const auto sharp = contrasts(0), soft = contrasts(1);
  EXPECT_LT(soft.first, 0.6 * sharp.first);
  EXPECT_LT(soft.second, sharp.second);
}

TEST(Everyday, PhotonNoiseGrowsWithTheRootOfTheLight) {
  EverydayOptions noise{.clean = 0, .blur = 0, .noise = 1, .jpeg = 0, .photon_noise = 1};
  const auto sigma = [&](float value) {
    Random random(3);  // the same deviation is drawn
    return deviation(damage_as_every_day(grey(value, 64), 1, noise, random), value);
  };
  EXPECT_NEAR(sigma(0.8f) / sigma(0.2f), 2, 0.1);
}

TEST(Everyday, BlurKeepsWhatIsFlatAndTakesDetail) {
  EverydayOptions blur{
      .clean = 0, .blur = 1, .noise = 0, .jpeg = 0, .sigma_low = 1, .sigma_high = 1};
  Picture stripes({32, 32}, 3);
  for (size_t i = 0; i < stripes.values.size(); ++i) stripes.values[i] = i / 3 % 2 ? 1.0f : 0.0f;
  Random random(4);
  EXPECT_LT(deviation(damage_as_every_day(grey(0.3f, 32), 1, blur, random), 0.3), 1e-6);
  // exp(-pi^2 / 2) of the amplitude remains, and as much again where the kernel ends.
  EXPECT_LT(deviation(damage_as_every_day(stripes, 1, blur, random), 0.5), 0.5 * 0.02);
}

class EnlargedPairsTest : public testing::Test {
 protected:
  // A/ has the pixels of even rows and columns of B/.
  void write(const std::string& name, Size large, int scale) {
    Picture good(large, 3), damaged({large.width / scale, large.height / scale}, 3);
    for (int y = 0; y < large.height; ++y)
      for (int x = 0; x < large.width; ++x)
        for (int c = 0; c < 3; ++c) {
          const float value = static_cast<float>((x * 31 + y * 57 + c * 11) % 256) / 255;
          good.values[static_cast<size_t>((y * large.width + x) * 3 + c)] = value;
          if (x % scale == 0 && y % scale == 0 && x / scale < damaged.size.width &&
              y / scale < damaged.size.height)
            damaged
                .values[static_cast<size_t>((y / scale * damaged.size.width + x / scale) * 3 + c)] =
                value;
        }
    for (const char* side : {"A", "B"}) std::filesystem::create_directories(scratch_.file(side));
    write_image(scratch_.file("A/" + name), damaged.view());
    write_image(scratch_.file("B/" + name), good.view());
  }
  test::Scratch scratch_;
  std::vector<std::string> notes_;
};

TEST_F(EnlargedPairsTest, BothAreCutAtOnePlaceAndTurnedAlike) {
  write("one.png", {40, 60}, 2);
  write("two.png", {50, 32}, 2);
  const EnlargedPairs pairs(scratch_.file(""), 2, 8, notes_);
  ASSERT_EQ(pairs.size(), 2);
  Random random(5);
  for (int i = 0; i < 40; ++i) {
    const Sample sample = pairs.get(i % 2, random);
    ASSERT_EQ(sample.input.size, (Size{8, 8}));
    ASSERT_EQ(sample.target.size, (Size{16, 16}));
    // Which pixel of four the damaged one is depends on how the square was turned.
    int fits = 0;
    for (int corner = 0; corner < 4; ++corner) {
      bool all = true;
      for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x)
          all = all && sample.input.values[static_cast<size_t>((y * 8 + x) * 3)] ==
                           sample.target.values[static_cast<size_t>(
                               ((2 * y + corner / 2) * 16 + 2 * x + corner % 2) * 3)];
      fits += all;
    }
    EXPECT_EQ(fits, 1);
  }
}

TEST_F(EnlargedPairsTest, SizesThatDoNotFitAreNamed) {
  write("one.png", {40, 60}, 2);
  try {
    EnlargedPairs(scratch_.file(""), 3, 4, notes_);
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("B/one.png: 40x60 is not 3 times the 20x30"), std::string::npos) << text;
  }
}

TEST_F(EnlargedPairsTest, AShareOfTheSamplesIsOfThePairs) {
  write("one.png", {40, 60}, 2);
  const std::string photographs = scratch_.file("photographs");
  std::filesystem::create_directories(photographs);
  write_image(photographs + "/grey.png", grey(0.5f, 64).view());
  const MixedDataset mixed(
      std::make_unique<SuperResolutionDataset>(std::vector{photographs + "/grey.png"}, 8,
                                               LowResolutionOptions{.scale = 2}),
      std::make_unique<EnlargedPairs>(scratch_.file(""), 2, 8, notes_), 0.3);
  Random random(6);
  int of_pairs = 0;
  for (int i = 0; i < 1000; ++i) of_pairs += mixed.get(0, random).source.ends_with("one.png");
  EXPECT_NEAR(of_pairs, 300, 50);
}

}  // namespace
}  // namespace gan::training
