// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/ends.h"

#include <algorithm>

namespace gan::conv {

void read_picture(const Picture& picture, int y, int x, Size area, float* out) {
  const int r = picture.unshuffle, parts = r * r, channels = picture.channels * parts;
  const int first = std::max(0, -x), last = std::min(area.width, picture.size.width - x);
  std::fill_n(out, static_cast<ptrdiff_t>(area.area()) * channels, 0.0f);
  for (int i = 0; i < area.height; ++i, out += ptrdiff_t{area.width} * channels) {
    if (y + i < 0 || y + i >= picture.size.height) continue;
    for (int c = 0; c < channels; ++c) {
      const int part = c % parts;
      const float* row = picture.planes.data + c / parts * picture.planes.plane +
                         ((y + i) * r + part / r) * picture.planes.row + part % r;
      for (int j = first; j < last; ++j) out[j * channels + c] = row[ptrdiff_t{x + j} * r];
    }
  }
}

namespace {

// Every r-th number of `out` from one channel of the piece's row, and from `added`, if there is
// one.
void write_channel(const float* in, int count, const float* added, int r, float* out) {
  if (added)
    for (int j = 0; j < count; ++j) out[ptrdiff_t{j} * r] = in[j * kBlock] + added[j];
  else
    for (int j = 0; j < count; ++j) out[ptrdiff_t{j} * r] = in[j * kBlock];
}

}  // namespace

void write_result(const Pixels& pixels, int y, int x, const Result& result) {
  const int r = result.shuffle, columns = pixels.size.width;
  for (int i = 0; i < pixels.size.height; ++i)
    for (int c = 0; c < result.channels; ++c)
      for (int dy = 0; dy < r; ++dy) {
        const int out_y = (y + i) * r + dy;
        float* out = result.planes.data + c * result.planes.plane + out_y * result.planes.row +
                     ptrdiff_t{x} * r;
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
          write_channel(in, columns, together ? added + x : nullptr, r, out + dx);
        }
        // Where not the shuffle alone enlarges.
        if (added && !together)
          for (int j = 0; j < columns * r; ++j) out[j] += added[(x * r + j) / result.scale];
      }
}

}  // namespace gan::conv
