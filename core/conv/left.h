// SPDX-License-Identifier: LGPL-2.1-or-later
// The left matrices of a piece: what its layer reads, from values or from the picture.
#pragma once

#include "core/conv/piece.h"

namespace gan::conv {

// Rows of tiles down and tiles across from pixel (y, x) on; the layer's pixels end at y_end, x_end.
struct Area {
  int y, x, y_end, x_end, down, across;
};

// Tiles that a thread works on at once.
int tiles_at_once(const Weights& weights);

// What such tiles take at most, in floats.
ptrdiff_t left_size(const PackedLayer& packed);

// left and the numbers that say how it lies.
Multiply make_left(const FrameWork& frame, const PackedLayer& packed, const Area& area,
                   Memory& memory);

// Pixels of one value from (y, x) on, one block after another, as floats.
struct Line {
  const float* pixels;
  ptrdiff_t block;  // in floats
};
Line make_line(const FrameWork& frame, const PackedLayer& packed, Value value, int y, int x,
               int count, std::byte* memory);

}  // namespace gan::conv
