// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames of noise, and how far two frames lie apart.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <random>

#include "core/engine.h"
#include "tests/core/test_frame.h"

namespace gan::test {

inline FrameFormat format_of(const TestFrame& frame) {
  return {frame.format, frame.size, frame.colorimetry};
}

// Every sample any of its code values.
inline void fill_with_noise(TestFrame& frame, unsigned seed) {
  std::minstd_rand random(seed);
  for (int c = 0; c < frame.components(); ++c) {
    const Size size = component_size(frame.component(c), frame.size);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x)
        frame.set(c, x, y, static_cast<int>(random() % (1u << frame.component(c).depth)));
  }
}

// The largest difference of a sample, in code values.
inline int largest_apart(const TestFrame& a, const TestFrame& b) {
  int most = 0;
  for (int c = 0; c < a.components(); ++c) {
    const Size size = component_size(a.component(c), a.size);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x)
        most = std::max(most, std::abs(a.get(c, x, y) - b.get(c, x, y)));
  }
  return most;
}

}  // namespace gan::test
