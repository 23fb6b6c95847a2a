// SPDX-License-Identifier: LGPL-2.1-or-later
// FFmpeg's SSIM: sums over blocks of 4x4 samples, and a window of 2x2 such blocks at each block.
#include <cmath>

#include "core/simd.h"
#include "core/ssim.h"

namespace gan {
namespace {

constexpr int kChunk = 128;  // blocks; their sums stay in the first cache

// Sums over a block of a, b, a^2 + b^2 and ab. 64 times those of a window of 8-bit samples fit in
// 32 bits; deeper ones are exact in a double.
template <class Number>
struct BlockSums {
  Number a[kChunk], b[kChunk], squares[kChunk], product[kChunk];
};

template <class Sample, class Number>
GAN_SIMD void sum_blocks(const SampleRows<Sample>& a, const SampleRows<Sample>& b, int y, int x,
                         int blocks, BlockSums<Number>& to) {
  Number sum_a[4 * kChunk], sum_b[4 * kChunk], squares[4 * kChunk], product[4 * kChunk];
  const Sample *a0 = a.row(y) + x, *a1 = a.row(y + 1) + x, *a2 = a.row(y + 2) + x,
               *a3 = a.row(y + 3) + x;
  const Sample *b0 = b.row(y) + x, *b1 = b.row(y + 1) + x, *b2 = b.row(y + 2) + x,
               *b3 = b.row(y + 3) + x;
  for (int i = 0; i < 4 * blocks; ++i) {
    const Number p0 = a0[i], p1 = a1[i], p2 = a2[i], p3 = a3[i];
    const Number q0 = b0[i], q1 = b1[i], q2 = b2[i], q3 = b3[i];
    sum_a[i] = p0 + p1 + p2 + p3;
    sum_b[i] = q0 + q1 + q2 + q3;
    squares[i] = p0 * p0 + p1 * p1 + p2 * p2 + p3 * p3 + q0 * q0 + q1 * q1 + q2 * q2 + q3 * q3;
    product[i] = p0 * q0 + p1 * q1 + p2 * q2 + p3 * q3;
  }
  const auto narrow = [blocks](const Number* from, Number* into) {
    for (int i = 0; i < blocks; ++i)
      into[i] = from[4 * i] + from[4 * i + 1] + from[4 * i + 2] + from[4 * i + 3];
  };
  narrow(sum_a, to.a);
  narrow(sum_b, to.b);
  narrow(squares, to.squares);
  narrow(product, to.product);
}

// Sum of SSIM over the windows whose upper left blocks are 0 .. windows - 1 of `above`.
template <class Number, class Real>
GAN_SIMD double compare(const BlockSums<Number>& above, const BlockSums<Number>& below, int windows,
                        double peak) {
  const auto c1 = static_cast<Number>(std::floor(0.01 * 0.01 * peak * peak * 64 + 0.5));
  const auto c2 = static_cast<Number>(std::floor(0.03 * 0.03 * peak * peak * 64 * 63 + 0.5));
  const auto window = [&](const Number* upper, const Number* lower, int i) {
    return upper[i] + upper[i + 1] + lower[i] + lower[i + 1];
  };
  Real values[kChunk];
  for (int i = 0; i < windows; ++i) {
    const Number a = window(above.a, below.a, i), b = window(above.b, below.b, i);
    const Number squares = window(above.squares, below.squares, i);
    const Number product = window(above.product, below.product, i);
    const Number variances = squares * 64 - a * a - b * b;
    const Number covariance = product * 64 - a * b;
    values[i] = static_cast<Real>(2 * a * b + c1) * static_cast<Real>(2 * covariance + c2) /
                (static_cast<Real>(a * a + b * b + c1) * static_cast<Real>(variances + c2));
  }
  double sum = 0;
  for (int i = 0; i < windows; ++i) sum += double{values[i]};
  return sum;
}

// Windows of block rows begin .. end - 1, whose lower blocks reach to row `end`. Chunks overlap by
// the block that two windows share.
template <class Sample, class Number, class Real>
double band(const SampleRows<Sample>& a, const SampleRows<Sample>& b, double peak, int blocks,
            int begin, int end) {
  double sum = 0;
  for (int first = 0; first < blocks - 1; first += kChunk - 1) {
    const int count = std::min(kChunk, blocks - first);
    BlockSums<Number> rows[2];
    sum_blocks(a, b, 4 * begin, 4 * first, count, rows[begin % 2]);
    for (int y = begin; y < end; ++y) {
      sum_blocks(a, b, 4 * (y + 1), 4 * first, count, rows[(y + 1) % 2]);
      sum += compare<Number, Real>(rows[y % 2], rows[(y + 1) % 2], count - 1, peak);
    }
  }
  return sum;
}

}  // namespace

double block_rows(const SamplePlane& a, const SamplePlane& b, const Interval& rows) {
  if (rows.begin == rows.end) return 0;
  return with_rows(a, b, [&]<class Sample>(SampleRows<Sample> p, SampleRows<Sample> q) {
    using Number = std::conditional_t<sizeof(Sample) == 1, int32_t, double>;
    using Real = std::conditional_t<sizeof(Sample) == 1, float, double>;
    return band<Sample, Number, Real>(p, q, a.peak, a.size.width / 4, rows.begin, rows.end);
  });
}

}  // namespace gan
