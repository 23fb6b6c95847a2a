// SPDX-License-Identifier: LGPL-2.1-or-later
// Which input samples, weighed how, make each output sample along one side of a picture.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gan {

enum class Filter : uint8_t { kNearest, kBilinear, kBicubic, kLanczos };  // Lanczos: 3 lobes

Filter filter_from_name(std::string_view name);  // nearest, bilinear, bicubic, lanczos

struct ResampleAxis {
  int taps = 0;               // an output sample
  std::vector<int> index;     // taps an output sample, mirrored into the input
  std::vector<float> weight;  // as many; their sum is 1
};

// Output sample x is centred at (x + 0.5) / scale - 0.5 + shift of the input; see core/resize.h.
// Side lengths in samples; scale 0: out / in.
struct ResampleGrid {
  int in, out;
  double scale = 0, shift = 0;
};
ResampleAxis make_axis(const ResampleGrid& grid, Filter filter);

// An index beyond the ends of a side, mirrored into it with the end repeated.
int mirrored(int index, int side);
// The same without repeating the end; index is 0 or more.
int reflected(int index, int side);

}  // namespace gan
