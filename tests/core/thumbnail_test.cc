// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/thumbnail.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/test_frame.h"

namespace gan {
namespace {

using test::TestFrame;

TestFrame grey(Size size, int value) {
  TestFrame frame(PixelFormat::kGRAY8, size, {});
  frame.set_all(value, 0, 0);
  return frame;
}

TEST(Thumbnail, ACellIsTheMeanOfItsSamples) {
  TestFrame frame = grey({640, 360}, 100);  // cells of 10x10
  frame.set(0, 29, 10, 200);                // the last column of cell 2, the first row of cell 1
  const Thumbnail small = thumbnail(frame.view());
  for (int i = 0; i < 64 * 36; ++i)
    EXPECT_EQ(small.luma[size_t(i)], i == 64 + 2 ? 101 * 257 : 100 * 257) << i;
}

TEST(Thumbnail, AnySizeWillDo) {
  for (const Size size : {Size{1, 1}, {3, 200}, {65, 37}, {127, 71}, {1920, 2}})
    for (const uint16_t cell : thumbnail(grey(size, 77).view()).luma) EXPECT_EQ(cell, 77 * 257);
  TestFrame two = grey({2, 1}, 0);
  two.set(0, 1, 0, 255);
  EXPECT_EQ(thumbnail(two.view()).luma[31], 0);
  EXPECT_EQ(thumbnail(two.view()).luma[32], 65535);
}

TEST(Thumbnail, EveryFormatShowsTheSameGrey) {
  for (int i = 0; i < kPixelFormatCount; ++i) {
    const auto format = static_cast<PixelFormat>(i);
    TestFrame frame(format, {80, 50}, {});
    frame.fill_grey_ramp();
    const Thumbnail small = thumbnail(frame.view());
    const FormatInfo& kind = info(format);
    const int depth = kind.depth(), unit = 1 << (depth - 8), peak = (1 << depth) - 1;
    double expected = 50.0 * unit / peak;  // cell 40 is column 50
    if (kind.family == Family::kRgb)
      expected = (16 + (65.481 * 50 + (128.553 + 24.966) * 128) / 255) / 255;
    EXPECT_NEAR(small.luma[40] / 65535.0, expected, 0.01) << kind.name;
  }
}

TEST(Thumbnail, DifferencesOfBrightnessAloneCountLittle) {
  const Thumbnail a = thumbnail(grey({64, 36}, 100).view()),
                  b = thumbnail(grey({64, 36}, 108).view());
  EXPECT_EQ(squared_difference(a, a), 0);
  EXPECT_NEAR(rms_of_8bit(squared_difference(a, b)), 1, 1e-9) << "an eighth of 8";
  TestFrame striped = grey({64, 36}, 92);
  for (int y = 0; y < 36; ++y)
    for (int x = 0; x < 64; x += 2) striped.set(0, x, y, 108);
  const Thumbnail c = thumbnail(striped.view());
  EXPECT_NEAR(rms_of_8bit(squared_difference(a, c)), 8, 1e-9);
  EXPECT_EQ(squared_difference(a, c), squared_difference(c, a));
}

}  // namespace
}  // namespace gan
