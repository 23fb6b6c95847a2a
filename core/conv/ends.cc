// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/ends.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace gan::conv {

void read_picture(const Picture& picture, int y, int x, Size area, float* out) {
  const int r = picture.unshuffle, parts = r * r, channels = picture.channels * parts;
  const int first = std::max(0, -x), last = std::min(area.width, picture.size.width - x);
  std::fill_n(out, static_cast<ptrdiff_t>(area.area()) * channels, 0.0f);
  for (int i = 0; i < area.height; ++i, out += ptrdiff_t{area.width} * channels) {
    const int place = place_of(y + i, picture.size.height, picture.padding);
    if (place == kZeros) continue;
    for (int c = 0; c < channels; ++c) {
      const int part = c % parts;
      const float* row = picture.planes.data + c / parts * picture.planes.plane +
                         (place * r + part / r) * picture.planes.row +
                         part % r * picture.planes.pixel;
      const ptrdiff_t step = r * picture.planes.pixel;
      const float less = picture.subtract ? picture.subtract[c / parts] : 0;
      const auto copy = [&](int j, int from) {
        out[j * channels + c] = (row[from * step] - less) * picture.multiply;
      };
      for (int j = first; j < last; ++j) copy(j, x + j);
      if (picture.padding == Padding::kZero) continue;
      const auto beyond = [&](int j) {
        copy(j, place_of(x + j, picture.size.width, picture.padding));
      };
      for (int j = 0; j < first; ++j) beyond(j);
      for (int j = last; j < area.width; ++j) beyond(j);
    }
  }
}

namespace {

struct Added {
  const float* data;
  ptrdiff_t step;
};

// Every `step`-th number of `out` from one channel of the piece's row, and from what is added, if
// there is something.
void write_channel(const float* in, int count, const Result& result, const Added& added,
                   ptrdiff_t step, float* out) {
  const auto number = [&](int j) { return in[j * kBlock] * result.multiply + result.add; };
  if (added.data)
    for (int j = 0; j < count; ++j) out[j * step] = number(j) + added.data[j * added.step];
  else
    for (int j = 0; j < count; ++j) out[j * step] = number(j);
}

}  // namespace

bool all_finite(const Pixels& pixels, int panels) {
  int32_t largest = 0;  // without signs bits are ordered as the numbers are
  for (int p = 0; p < panels; ++p)
    for (int y = 0; y < pixels.size.height; ++y) {
      const float* row = pixels.data + p * pixels.panel + y * pixels.row;
      for (int i = 0; i < pixels.size.width * kBlock; ++i)
        largest = std::max(largest, std::bit_cast<int32_t>(row[i]) & 0x7fffffff);
    }
  return largest < 0x7f800000;
}

void write_result(const Pixels& pixels, int y, int x, const Result& result) {
  const int r = result.shuffle, columns = pixels.size.width;
  const ptrdiff_t step = result.planes.pixel, from = result.picture.pixel;
  for (int i = 0; i < pixels.size.height; ++i)
    for (int c = 0; c < result.channels; ++c)
      for (int dy = 0; dy < r; ++dy) {
        const int out_y = (y + i) * r + dy;
        float* out = result.planes.data + c * result.planes.plane +
                     out_y % result.rows * result.planes.row + ptrdiff_t{x} * r * step;
        const float* added = nullptr;
        if (result.picture.data)
          added = result.picture.data +
                  (result.picture_channels == 1 ? 0 : c) * result.picture.plane +
                  out_y / result.scale * result.picture.row;
        const bool together = added && r == result.scale;
        for (int dx = 0; dx < r; ++dx) {
          const int channel = (c * r + dy) * r + dx;
          const float* in =
              pixels.data + channel / kBlock * pixels.panel + i * pixels.row + channel % kBlock;
          write_channel(in, columns, result, {together ? added + x * from : nullptr, from},
                        r * step, out + dx * step);
        }
        // Where not the shuffle alone enlarges.
        if (added && !together)
          for (int j = 0; j < columns * r; ++j)
            out[j * step] += added[(x * r + j) / result.scale * from];
      }
}

}  // namespace gan::conv
