// SPDX-License-Identifier: LGPL-2.1-or-later
// Sixteen numbers as the compiler's own vector, split for processors whose registers are shorter,
// and squares of them. Passed by reference alone: by value, the calling convention depends on the
// processor.
#pragma once

#include <utility>

namespace gan {

inline constexpr int kLanes = 16;
using Block [[gnu::vector_size(kLanes * sizeof(float))]] = float;

// Where the lanes of two vectors go when they are merged, as indices into both in a row; each is
// one instruction of AVX-512. Within quarters, lanes of the two in turn:
constexpr int zipped(int lane, bool high) {
  return lane / 4 * 4 + lane % 4 / 2 + (high ? 2 : 0) + (lane % 2 ? kLanes : 0);
}
// Every other quarter of the first, then of the second:
constexpr int quarters(int lane, bool high) {
  return (lane / 4 % 2 * 2 + (high ? 1 : 0)) * 4 + lane % 4 + (lane < 8 ? 0 : kLanes);
}

template <auto merge, int... lane>
[[gnu::always_inline]] inline void exchange(Block& p, Block& q,
                                            std::integer_sequence<int, lane...>) {
  const Block a = p, b = q;
  p = __builtin_shufflevector(a, b, merge(lane, false)...);
  q = __builtin_shufflevector(a, b, merge(lane, true)...);
}

template <auto merge>
[[gnu::always_inline]] inline void exchange(Block (&x)[kLanes], int distance) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i)
    if (!(i & distance))
      exchange<merge>(x[i], x[i + distance], std::make_integer_sequence<int, kLanes>());
}

// Rows and columns of 16x16 numbers change places.
[[gnu::always_inline]] inline void turn(Block (&x)[kLanes]) {
  exchange<zipped>(x, 2);
  exchange<zipped>(x, 1);
  exchange<quarters>(x, 4);
  exchange<quarters>(x, 8);
}

}  // namespace gan
