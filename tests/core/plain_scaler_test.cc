// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/plain_scaler.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/test_frame.h"

namespace gan {
namespace {

using test::TestFrame;

double keys(double x) {
  const double a = std::abs(x);
  if (a <= 1) return (1.5 * a - 2.5) * a * a + 1;
  return a < 2 ? ((-0.5 * a + 2.5) * a - 4) * a + 2 : 0;
}

int inside(int i, int side) {
  while (i < 0 || i >= side) i = i < 0 ? -1 - i : 2 * side - 1 - i;
  return i;
}

// Where output sample x of a component lies among its input samples, by their places in the luma.
double place_of(int x, int shrink, Siting siting, int scale) {
  const int ratio = 1 << shrink;
  const double offset = siting == Siting::kCentre ? (ratio - 1) / 2.0 : 0;
  const double luma = (x * ratio + offset + 0.5) / scale - 0.5;
  return (luma - offset) / ratio;
}

// By the definition, in double.
double wanted(TestFrame& frame, int c, double x, double y) {
  const Size size = component_size(frame.component(c), frame.size);
  double sum = 0;
  for (int j = static_cast<int>(std::floor(y)) - 1; j <= std::floor(y) + 2; ++j)
    for (int i = static_cast<int>(std::floor(x)) - 1; i <= std::floor(x) + 2; ++i)
      sum +=
          keys(x - i) * keys(y - j) * frame.get(c, inside(i, size.width), inside(j, size.height));
  return sum;
}

void run(const PlainScaler& scaler, TestFrame& in, TestFrame& out) {
  scaler.run(in.view(), out.span(), 0, out.size.height);
}

class EveryPlainFormat : public testing::TestWithParam<PixelFormat> {};

TEST_P(EveryPlainFormat, ComponentsAreKeysKernelAtTheirPlaces) {
  for (const int scale : {1, 2, 3, 4})
    for (const Siting siting : {Siting::kCentre, Siting::kCosited}) {
      const Colorimetry colorimetry{.horizontal = siting, .vertical = siting};
      const Size size{13, 7};
      TestFrame in(GetParam(), size, colorimetry),
          out(GetParam(), scaled(size, scale), colorimetry);
      std::mt19937 random(1);
      in.each([&](int c, int x, int y) {
        in.set(c, x, y, static_cast<int>(random() % (1u << in.component(c).depth)));
      });
      run(PlainScaler(GetParam(), colorimetry, size, scale), in, out);
      double worst = 0;
      out.each([&](int c, int x, int y) {
        const Component& component = out.component(c);
        const double most = (1 << component.depth) - 1;
        const double value = wanted(in, c, place_of(x, component.shrink_x, siting, scale),
                                    place_of(y, component.shrink_y, siting, scale));
        worst = std::max(worst, std::abs(out.get(c, x, y) - std::clamp(value, 0.0, most)));
      });
      EXPECT_LT(worst, 0.51) << "scale " << scale;
    }
}

std::vector<PixelFormat> plain_formats() {
  std::vector<PixelFormat> formats;
  for (int f = 0; f < kPixelFormatCount; ++f)
    if (PlainScaler::can(static_cast<PixelFormat>(f)))
      formats.push_back(static_cast<PixelFormat>(f));
  return formats;
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryPlainFormat, testing::ValuesIn(plain_formats()),
                         [](const auto& format) {
                           return std::string(gan::info(format.param).name);
                         });

TEST(PlainScaler, LeavesOutWhatSharesBytes) {
  for (const PixelFormat format : {PixelFormat::kYUY2, PixelFormat::kUYVY, PixelFormat::kv210})
    EXPECT_FALSE(PlainScaler::can(format));
  EXPECT_EQ(plain_formats().size(), static_cast<size_t>(kPixelFormatCount) - 4);  // GRAY10_LE32
}

TEST(PlainScaler, RowsByThemselvesAreThoseOfTheWhole) {
  for (const PixelFormat format :
       {PixelFormat::kI420, PixelFormat::kRGBx, PixelFormat::kP010_10LE}) {
    const Colorimetry colorimetry{};
    TestFrame in(format, {18, 11}, colorimetry), whole(format, {36, 22}, colorimetry),
        bands(format, {36, 22}, colorimetry);
    in.each([&](int c, int x, int y) { in.set(c, x, y, (x * 37 + y * 91 + c * 53) % 256); });
    const PlainScaler scaler(format, colorimetry, in.size, 2);
    run(scaler, in, whole);
    for (int y = 0; y < 22; y += 6) scaler.run(in.view(), bands.span(), y, std::min(y + 6, 22));
    int different = 0;
    whole.each([&](int c, int x, int y) { different += whole.get(c, x, y) != bands.get(c, x, y); });
    EXPECT_EQ(different, 0);
  }
}

}  // namespace
}  // namespace gan
