// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/thumbnail.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include "core/sample_plane.h"

namespace gan {
namespace {

// Packed luma, in one of the memories where the frame does not hold it so.
SamplePlane luma_of(const FrameView& frame, std::array<std::vector<uint8_t>, 4>& memory) {
  const auto plane = [&](int i) {
    return packed(component_plane(frame, i), memory[static_cast<size_t>(i)]);
  };
  if (info(frame.format).family != Family::kRgb) return plane(0);
  return luma_plane(plane(0), plane(1), plane(2), memory[3]);
}

struct Stretch {
  int begin, end;  // of samples; never empty
};

Stretch stretch_of(int cell, int cells, int samples) {
  const auto place = [&](int at) { return static_cast<int>(int64_t{at} * samples / cells); };
  return {place(cell), std::max(place(cell) + 1, place(cell + 1))};
}

template <class Sample>
double mean_of_cell(SampleRows<Sample> rows, Stretch x, Stretch y) {
  std::conditional_t<std::is_integral_v<Sample>, uint64_t, double> sum = 0;
  for (int row = y.begin; row < y.end; ++row)
    for (int i = x.begin; i < x.end; ++i) sum += rows.row(row)[i];
  return static_cast<double>(sum) / (double{1} * (x.end - x.begin) * (y.end - y.begin));
}

}  // namespace

Thumbnail thumbnail(const FrameView& frame) {
  std::array<std::vector<uint8_t>, 4> memory;
  const SamplePlane luma = luma_of(frame, memory);
  Thumbnail small;
  with_rows(luma, luma, [&](auto rows, auto) {
    auto* to = small.luma.data();
    for (int y = 0; y < Thumbnail::kSize.height; ++y)
      for (int x = 0; x < Thumbnail::kSize.width; ++x)
        *to++ = static_cast<uint16_t>(
            std::lround(65535 / luma.peak *
                        mean_of_cell(rows, stretch_of(x, Thumbnail::kSize.width, luma.size.width),
                                     stretch_of(y, Thumbnail::kSize.height, luma.size.height))));
  });
  return small;
}

double squared_difference(const Thumbnail& a, const Thumbnail& b) {
  constexpr double kOfBrightness = 1.0 / 64;
  int64_t sum = 0, squares = 0;
  for (size_t i = 0; i < a.luma.size(); ++i) {
    const int64_t difference = int64_t{a.luma[i]} - b.luma[i];
    sum += difference;
    squares += difference * difference;
  }
  const auto whole = static_cast<double>(sum);
  return static_cast<double>(squares) -
         (1 - kOfBrightness) * whole * whole / static_cast<double>(a.luma.size());
}

double rms_of_8bit(double mean_squared_difference) {
  return std::sqrt(mean_squared_difference / static_cast<double>(Thumbnail::kSize.area())) / 257;
}

}  // namespace gan
