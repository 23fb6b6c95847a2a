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

void write_result(const Pixels& pixels, int y, int x, const Result& result) {
  const int r = result.shuffle;
  for (int i = 0; i < pixels.size.height; ++i)
    for (int c = 0; c < result.channels; ++c)
      for (int dy = 0; dy < r; ++dy) {
        const int out_y = (y + i) * r + dy, out_x = x * r;
        float* out =
            result.planes.data + c * result.planes.plane + out_y * result.planes.row + out_x;
        for (int dx = 0; dx < r; ++dx) {
          const int channel = (c * r + dy) * r + dx;
          const float* in =
              pixels.data + channel / kBlock * pixels.panel + i * pixels.row + channel % kBlock;
          for (int j = 0; j < pixels.size.width; ++j) out[j * r + dx] = in[j * kBlock];
        }
        if (!result.picture.data) continue;
        const float* row = result.picture.data +
                           (result.picture_channels == 1 ? 0 : c) * result.picture.plane +
                           out_y / result.scale * result.picture.row;
        if (r == result.scale) {
          for (int j = 0; j < pixels.size.width; ++j)
            for (int dx = 0; dx < r; ++dx) out[j * r + dx] += row[x + j];
        } else {
          for (int j = 0; j < pixels.size.width * r; ++j) out[j] += row[(out_x + j) / result.scale];
        }
      }
}

}  // namespace gan::conv
