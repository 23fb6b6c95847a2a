// SPDX-License-Identifier: LGPL-2.1-or-later
// Parts of pictures, compared and copied.
#pragma once

#include <vector>

#include "core/picture.h"
#include "core/tiles.h"

namespace gan {

inline Rect times(const Rect& rect, int scale) {
  return {rect.x * scale, rect.y * scale, scaled(rect.size, scale)};
}

template <class Float>
BasicPictureView<Float> part(const BasicPictureView<Float>& whole, const Rect& rect) {
  return {whole.at(rect.x, rect.y), rect.size, whole.channels, whole.stride};
}

void copy(const PictureView& from, const PictureSpan& to);  // of one size

// Which tiles have an input that differs between two pictures of one size.
std::vector<bool> changed_tiles(const std::vector<Tile>& tiles, const PictureView& now,
                                const PictureView& before);

// How far two pictures of one size lie apart.
struct Apart {
  double largest = 0, psnr_db = 0;  // of values, white being 1
};
Apart apart(const PictureView& a, const PictureView& b);

}  // namespace gan
