// SPDX-License-Identifier: LGPL-2.1-or-later
// A frame shrunk to its brightness on a small grid: enough to tell which frames show the same.
#pragma once

#include <array>
#include <cstdint>

#include "core/frame.h"

namespace gan {

struct Thumbnail {
  static constexpr Size kSize{64, 36};
  // Mean luma (of RGB: BT.601) of each cell, row by row; 65535 is the peak of the frame's depth.
  std::array<uint16_t, size_t{64} * 36> luma;
};

// Of any format and size; a frame with fewer samples than the grid has cells repeats some.
Thumbnail thumbnail(const FrameView& frame);

// Sum of the squared differences of the cells, below 2^44. What the pictures as a whole differ in
// brightness counts little (1/64): processing changes that, and then a fade would look like another
// time.
double squared_difference(const Thumbnail& a, const Thumbnail& b);

// A mean of squared_difference() as the root mean square of a cell, in code values of 8 bits.
double rms_of_8bit(double mean_squared_difference);

}  // namespace gan
