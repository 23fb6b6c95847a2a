// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of noise, and how far two pictures lie apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "core/picture.h"

namespace gan::test {

inline Picture noise(Size size, int channels = 3, unsigned seed = 1) {
  Picture picture(size, channels);
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(0, 1);
  for (float& value : picture.values) value = uniform(engine);
  return picture;
}

inline Picture copy_of(const PictureView& view) {
  Picture picture(view.size, view.channels);
  for (int y = 0; y < view.size.height; ++y)
    std::copy_n(view.row(y), ptrdiff_t{view.size.width} * view.channels, picture.span().row(y));
  return picture;
}

// Of values; infinite where sizes differ or something is no number.
inline double largest_apart(const Picture& a, const Picture& b) {
  if (a.size != b.size || a.channels != b.channels) return INFINITY;
  double most = 0;
  for (size_t i = 0; i < a.values.size(); ++i) {
    const double apart = std::abs(static_cast<double>(a.values[i]) - b.values[i]);
    most = apart <= most ? most : std::isnan(apart) ? INFINITY : apart;
  }
  return most;
}

}  // namespace gan::test
