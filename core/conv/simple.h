// SPDX-License-Identifier: LGPL-2.1-or-later
// The plain executor: each layer as its definition reads, in double precision, value after value.
// Slow; the fast one is tested against it.
#pragma once

#include <vector>

#include "core/conv/plan.h"

namespace gan::conv {

// Channel after channel, row after row.
struct Channels {
  Channels(int of_channels, Size of_size)
      : channels(of_channels),
        size(of_size),
        values(static_cast<size_t>(of_channels) * static_cast<size_t>(of_size.area())) {}
  float& at(int channel, int y, int x) { return values[index(channel, y, x)]; }
  float at(int channel, int y, int x) const { return values[index(channel, y, x)]; }

  int channels;
  Size size;
  std::vector<float> values;

 private:
  size_t index(int channel, int y, int x) const {
    return (static_cast<size_t>(channel) * static_cast<size_t>(size.height) +
            static_cast<size_t>(y)) *
               static_cast<size_t>(size.width) +
           static_cast<size_t>(x);
  }
};

// The picture's sides must be multiples of size_multiple(plan). Values between layers are rounded
// to float. Throws Error(kFailed) as shapes() does.
Channels run_simple(const Plan& plan, const Channels& picture);

}  // namespace gan::conv
