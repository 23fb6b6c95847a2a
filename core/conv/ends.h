// SPDX-License-Identifier: LGPL-2.1-or-later
// Where planes become what the kernels read, and what they made becomes planes.
#pragma once

#include "core/conv/kernels.h"
#include "core/conv/plan.h"

namespace gan::conv {

// Planes of floats, one a channel, or interleaved ones (plane = 1, pixel = channels); strides in
// floats.
struct PlanesView {
  const float* data = nullptr;
  ptrdiff_t plane = 0, row = 0, pixel = 1;
};
struct PlanesSpan {
  float* data = nullptr;
  ptrdiff_t plane = 0, row = 0, pixel = 1;
};

// The picture as the first layer sees it.
struct Picture {
  PlanesView planes;
  int channels, unshuffle;
  Size size;              // after the unshuffle
  const float* subtract;  // of each channel, or null
  float multiply;
  Padding padding = Padding::kZero;
};
// Rows [y, y + rows) and columns [x, x + columns) as {row, column, channel}; what lies beyond the
// frame is padded.
void read_picture(const Picture& picture, int y, int x, Size area, float* out);

// A piece of what the last layer made, {panel, row, column, 16}.
struct Pixels {
  const float* data;
  ptrdiff_t panel, row;  // in floats
  Size size;
};
// Whether none of its numbers in so many panels is infinite or NaN.
bool all_finite(const Pixels& pixels, int panels);
struct Result {
  PlanesSpan planes;
  int rows;  // row y is at y % rows
  int channels, shuffle;
  float multiply, add;  // to every number
  // Enlarged `scale` times and added; without data there is none.
  PlanesView picture;
  int picture_channels, scale;
};
// Writes the piece, whose first pixel is (x, y) before the shuffle.
void write_result(const Pixels& pixels, int y, int x, const Result& result);

}  // namespace gan::conv
