// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <cmath>

#include "training/judges/restoration.h"

namespace gan::training {
namespace {

Picture waves(int side) {
  Picture picture = Picture({side, side}, 3);
  for (size_t i = 0; i < picture.values.size(); ++i)
    picture.values[i] = 0.5f + 0.3f * std::sin(0.7f * static_cast<float>(i % 97));
  return picture;
}

TEST(Measure, FindsNothingBetweenAPictureAndItself) {
  const Quality same = measure(waves(32), waves(32), 2);
  EXPECT_EQ(same.mse_rgb, 0);
  EXPECT_EQ(hfen(waves(32), waves(32), 2), 0);
  EXPECT_NEAR(same.ssim_y, 1, 1e-9);
  EXPECT_EQ(same.gradient_y, 1);
  EXPECT_TRUE(std::isinf(same.psnr_rgb_db));
}

// Of black, all high frequencies of the truth are missing.
TEST(Measure, HfenOfBlackIsOneAndHalfOfHalfTheContrast) {
  Picture black = waves(32), half = waves(32);
  for (float& value : black.values) value = 0;
  for (float& value : half.values) value /= 2;
  EXPECT_NEAR(hfen(black, waves(32), 2), 1, 1e-6);
  EXPECT_NEAR(hfen(half, waves(32), 2), 0.5, 0.01);  // rounded to 8 bits
}

// Half the contrast has a quarter of the energy, and a ramp has its slope's square.
TEST(Measure, GradientEnergyIsOfTheSquaredDifferences) {
  const auto ramp = [](float slope) {
    Picture picture({32, 32}, 3);
    for (int i = 0; i < 32 * 32 * 3; ++i)
      picture.values[static_cast<size_t>(i)] = slope * static_cast<float>(i / 3 % 32) / 255;
    return picture;
  };
  EXPECT_NEAR(measure(ramp(2), ramp(4), 1).gradient_y, 0.25, 1e-4);
  EXPECT_NEAR(measure(ramp(6), ramp(2), 1).gradient_y, 9, 1e-3);
}

// The border that the crop takes away does not count.
TEST(Measure, LeavesTheBorderOut) {
  Picture other = waves(32);
  for (int x = 0; x < 32 * 3; ++x) other.values[static_cast<size_t>(x)] = 0;
  EXPECT_EQ(measure(other, waves(32), 2).mse_rgb, 0);
  EXPECT_EQ(hfen(other, waves(32), 2), 0);
  EXPECT_GT(hfen(other, waves(32), 0), 0);
}

}  // namespace
}  // namespace gan::training
