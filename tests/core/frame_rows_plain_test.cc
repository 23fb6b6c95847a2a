// SPDX-License-Identifier: LGPL-2.1-or-later
// Every format against plain loops in double that follow the definitions: where chroma samples lie,
// and the standards' formulas.
#include <gtest/gtest.h>

#include <cmath>

#include "core/frame_rows.h"
#include "tests/core/test_frame.h"

namespace gan {
namespace {

using test::TestFrame;

struct Code {
  double offset, scale;  // value = (code - offset) / scale
};

Code code_of(const TestFrame& frame, int c) {
  const int depth = frame.component(c).depth;
  const double unit = 1 << (depth - 8), peak = (1 << depth) - 1;
  const bool full = frame.colorimetry.range == Range::kFull || c == 3;
  if (c == 0 || c == 3 || info(frame.format).family != Family::kYuv)
    return full ? Code{0, peak} : Code{16 * unit, 219 * unit};
  return {128 * unit, full ? peak : 224 * unit};
}

struct Weights {
  double red, blue;
};
Weights weights_of(Matrix matrix) {
  if (matrix == Matrix::kBt601) return {0.299, 0.114};
  if (matrix == Matrix::kBt2020) return {0.2627, 0.0593};
  return {0.2126, 0.0722};
}

// Where sample i of a side lies, in pixels of the frame: i, or 2i, or halfway to 2i + 1.
double place(int i, bool shrunk, Siting siting) {
  return shrunk ? 2 * i + (siting == Siting::kCentre ? 0.5 : 0) : i;
}

// The component at a pixel: linear between the places of its samples, which go on at the edges.
double interpolated(const TestFrame& frame, int c, int x, int y) {
  const Component& component = frame.component(c);
  const Size size = component_size(component, frame.size);
  const auto between = [](int pixel, int count, bool shrunk, Siting siting, int& low, int& high) {
    const double distance = shrunk ? 2 : 1;
    const double at = (pixel - place(0, shrunk, siting)) / distance;
    low = std::clamp(int(std::floor(at)), 0, count - 1);
    high = std::clamp(int(std::floor(at)) + 1, 0, count - 1);
    return at - std::floor(at);
  };
  int left, right, top, bottom;
  const double across =
      between(x, size.width, component.shrink_x, frame.colorimetry.horizontal, left, right);
  const double down =
      between(y, size.height, component.shrink_y, frame.colorimetry.vertical, top, bottom);
  const auto row = [&](int line) {
    return (1 - across) * frame.get(c, left, line) + across * frame.get(c, right, line);
  };
  const Code code = code_of(frame, c);
  return ((1 - down) * row(top) + down * row(bottom) - code.offset) / code.scale;
}

std::array<double, 3> plain_rgb(const TestFrame& frame, int x, int y) {
  std::array<double, 3> value;
  const FormatInfo& format = info(frame.format);
  for (int c = 0; c < 3; ++c)
    value[size_t(c)] = interpolated(frame, format.family == Family::kGray ? 0 : c, x, y);
  if (format.family != Family::kYuv) return value;
  const auto [red, blue] = weights_of(frame.colorimetry.matrix);
  const auto [luma, cb, cr] = value;
  const double r = luma + 2 * (1 - red) * cr, b = luma + 2 * (1 - blue) * cb;
  return {r, (luma - red * r - blue * b) / (1 - red - blue), b};
}

double luma_of(const Picture& rgb, int x, int y, const Weights& weights) {
  const float* const p = rgb.view().row(y) + 3 * x;
  return weights.red * p[0] + (1 - weights.red - weights.blue) * p[1] + weights.blue * p[2];
}

// What the component's sample at (x, y) stands for: the mean over (1 2 1) / 4 around a co-sited
// sample, over (1 1) / 2 around a centred one.
double plain_value(const TestFrame& frame, const Picture& rgb, int c, int x, int y) {
  const FormatInfo& format = info(frame.format);
  const auto weights = weights_of(frame.colorimetry.matrix);
  if (format.family == Family::kRgb) return rgb.view().row(y)[3 * x + c];
  if (c == 0) return luma_of(rgb, x, y, weights);
  const Component& component = frame.component(c);
  double sum = 0;
  for (int dy = -1; dy <= 1; ++dy)
    for (int dx = -1; dx <= 1; ++dx) {
      const auto weight = [](int d, bool shrunk, Siting siting) {
        if (!shrunk) return d == 0 ? 1.0 : 0.0;
        if (siting == Siting::kCentre) return d >= 0 ? 0.5 : 0.0;
        return d == 0 ? 0.5 : 0.25;
      };
      const int px = std::clamp((x << component.shrink_x) + dx, 0, frame.size.width - 1);
      const int py = std::clamp((y << component.shrink_y) + dy, 0, frame.size.height - 1);
      const double colour = rgb.view().row(py)[3 * px + (c == 1 ? 2 : 0)];
      const double share = c == 1 ? weights.blue : weights.red;
      sum += weight(dx, component.shrink_x, frame.colorimetry.horizontal) *
             weight(dy, component.shrink_y, frame.colorimetry.vertical) *
             (colour - luma_of(rgb, px, py, weights)) / (2 * (1 - share));
    }
  return sum;
}

template <class Function>
void each_case(const Function& function) {
  for (int f = 0; f < kPixelFormatCount; ++f) {
    const auto format = static_cast<PixelFormat>(f);
    const bool yuv = info(format).family == Family::kYuv;
    for (const Size size : {Size{1, 1}, Size{2, 3}, Size{13, 7}, Size{32, 8}})
      for (const Matrix matrix : {Matrix::kBt601, Matrix::kBt709, Matrix::kBt2020})
        for (const Range range : {Range::kLimited, Range::kFull})
          for (const Siting horizontal : {Siting::kCosited, Siting::kCentre})
            for (const Siting vertical : {Siting::kCosited, Siting::kCentre}) {
              if (!yuv && matrix != Matrix::kBt709) continue;
              TestFrame frame(format, size,
                              {yuv ? matrix : Matrix::kRgb, range, horizontal, vertical});
              frame.fill_random(unsigned(f) + 3);
              function(frame);
            }
  }
}

TEST(FrameRowsPlain, EveryFormatIsReadAsItsDefinitionSays) {
  each_case([](const TestFrame& frame) {
    Picture rgb(frame.size, 3);
    RowReader(frame.format, frame.size, frame.colorimetry)
        .read(frame.view(), 0, frame.size.height, rgb.span());
    double worst = 0;
    for (int y = 0; y < frame.size.height; ++y)
      for (int x = 0; x < frame.size.width; ++x) {
        const auto wanted = plain_rgb(frame, x, y);
        for (int c = 0; c < 3; ++c)
          worst = std::max(worst,
                           std::abs(rgb.view().row(y)[3 * x + c] - wanted[static_cast<size_t>(c)]));
      }
    EXPECT_LT(worst, 3e-6) << info(frame.format).name << " " << frame.size.width;
  });
}

// Rows in two parts, as threads write them; nothing but alpha stays as it was.
TEST(FrameRowsPlain, EveryFormatIsWrittenAsItsDefinitionSays) {
  each_case([](TestFrame& frame) {
    Picture rgb(frame.size, 3);
    std::mt19937 random(9);
    for (float& value : rgb.values) value = float(random() % 1000) / 999;
    const int half = frame.size.height / 4 * 2;
    for (const auto& [begin, end] : {std::pair{0, half}, {half, frame.size.height}})
      RowWriter(frame.format, frame.size, frame.colorimetry)
          .write(rgb.view(), begin, end, frame.span());
    double worst = 0;
    frame.each([&](int c, int x, int y) {
      if (frame.index(c) == 3) return;
      const Code code = code_of(frame, c);
      const double exact = plain_value(frame, rgb, c, x, y) * code.scale + code.offset;
      const double peak = (1 << frame.component(c).depth) - 1;
      worst = std::max(worst, std::abs(frame.get(c, x, y) - std::clamp(exact, 0.0, peak)));
    });
    // Half a code, and what floats of 24 bits may be off where a code has 16.
    EXPECT_LT(worst, frame.component(0).depth == 16 ? 0.55 : 0.503)
        << info(frame.format).name << " " << frame.size.width;
  });
}

}  // namespace
}  // namespace gan
