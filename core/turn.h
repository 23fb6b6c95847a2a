// SPDX-License-Identifier: LGPL-2.1-or-later
// N numbers as the compiler's own vector, and squares of them. Passed by reference alone: by value,
// the calling convention depends on the processor.
#pragma once

#include <utility>

namespace gan {

template <int N>
struct LanesOf {
  using Block [[gnu::vector_size(N * sizeof(float))]] = float;
  using Sums [[gnu::vector_size(N * sizeof(double))]] = double;
};
template <int N>
using Block = typename LanesOf<N>::Block;

// Where the lanes of two vectors go when they are merged, as indices into both in a row; each is
// one instruction where N numbers are a register. Within fours, lanes of the two in turn:
template <int N>
constexpr int zipped(int lane, bool high) {
  return lane / 4 * 4 + lane % 4 / 2 + (high ? 2 : 0) + (lane % 2 ? N : 0);
}
// Every other four of the first, then of the second:
template <int N>
constexpr int fours(int lane, bool high) {
  return (lane % (N / 2) / 4 * 2 + (high ? 1 : 0)) * 4 + lane % 4 + (lane < N / 2 ? 0 : N);
}

template <auto merge, class Vector, int... lane>
[[gnu::always_inline]] inline void exchange(Vector& p, Vector& q,
                                            std::integer_sequence<int, lane...>) {
  const Vector a = p, b = q;
  p = __builtin_shufflevector(a, b, merge(lane, false)...);
  q = __builtin_shufflevector(a, b, merge(lane, true)...);
}

template <auto merge, class Vector, int N>
[[gnu::always_inline]] inline void exchange(Vector (&x)[N], int distance) {
#pragma GCC unroll 16
  for (int i = 0; i < N; ++i)
    if (!(i & distance))
      exchange<merge>(x[i], x[i + distance], std::make_integer_sequence<int, N>());
}

// Rows and columns of NxN numbers change places; N is 4, 8 or 16.
template <class Vector, int N>
[[gnu::always_inline]] inline void turn(Vector (&x)[N]) {
  exchange<zipped<N>>(x, 2);
  exchange<zipped<N>>(x, 1);
  if constexpr (N >= 8) exchange<fours<N>>(x, 4);
  if constexpr (N >= 16) exchange<fours<N>>(x, 8);
}

}  // namespace gan
