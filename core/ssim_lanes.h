// SPDX-License-Identifier: LGPL-2.1-or-later
// How the Gaussian SSIM goes over rows of samples, N numbers at a time.
//
// Note [lanes turn]: the window is separable. A sweep takes kRows rows of the map from left to
// right, N columns of samples at a time (N: the numbers that a register holds): it filters them
// vertically with a column in each lane, turns the NxN results, and filters them horizontally with
// a row in each lane. So both directions load whole aligned vectors; shifted ones would cross cache
// lines ten times of eleven. What a sweep touches stays in the first cache.
#pragma once

#include <array>
#include <cmath>
#include <cstring>

#include "core/ssim.h"
#include "core/turn.h"

namespace gan::gaussian {

inline constexpr int kWindow = kGaussianWindow, kRows = 32, kStrip = 1024;
inline constexpr int kSweepRows = kRows + kWindow - 1;

// The window is symmetric; its right half from the centre.
struct Weights {
  std::array<float, kWindow / 2 + 1> half;
  float at(int k) const { return half[static_cast<size_t>(k < 5 ? 5 - k : k - 5)]; }
};

// The outermost weight takes the rounding of the others, so that the sum is 1 and flat pictures
// have no variance.
inline const Weights& gaussian_weights() {
  static const Weights weights = [] {
    double sum = 0, others = 0;
    std::array<double, kWindow> window;
    for (int i = 0; i < kWindow; ++i)
      sum += window[static_cast<size_t>(i)] = std::exp(-(i - 5) * (i - 5) / (2 * 1.5 * 1.5));
    Weights w;
    for (size_t i = 0; i < w.half.size(); ++i) {
      w.half[i] = static_cast<float>(i < 5 ? window[i + 5] / sum : 0.5 - others);
      others += w.half[i] * (i == 0 ? 0.5 : 1);
    }
    return w;
  }();
  return weights;
}

// Where a step of a sweep reads.
struct Place {
  int x, y, rows, readable;
};

// SSIM does not change with the scale of samples; here the peak is 1.
struct Constants {
  float scale = 1, middle_s = 0, middle_d = 0;
};
inline constexpr float kC1 = 0.01f * 0.01f, kC2 = 0.03f * 0.03f;

// What works on N numbers at a time.
template <int N>
struct Lanes {
  using Block = typename LanesOf<N>::Block;
  using Sums = typename LanesOf<N>::Sums;

  // The four maps at N samples: of a row as they come, of a column once turned.
  struct Maps {
    Block s, d, ss, dd;
  };
  using Map = Block Maps::*;

  // What a sweep holds: samples of the rows, and columns of the vertically filtered maps, of which
  // each step adds N behind the 10 that the windows before reach into.
  struct Sweep {
    static constexpr int kLanes = N;
    Maps samples[kSweepRows];
    Maps columns[kRows / N][N + kWindow];
    Sums ssim[kRows / N], contrast[kRows / N];  // of each row
  };

  // N samples as numbers; in steps, of which GCC 12 makes one instruction each.
  template <class Sample>
  [[gnu::always_inline]] static inline void load(const Sample* from, Block& to) {
    using Number = std::conditional_t<std::is_same_v<Sample, float>, float, int32_t>;
    using Numbers [[gnu::vector_size(N * sizeof(Number))]] = Number;
    Number wide[N];
    for (int i = 0; i < N; ++i) wide[i] = from[i];
    Numbers numbers;
    std::memcpy(&numbers, wide, sizeof numbers);
    to = __builtin_convertvector(numbers, Block);
  }

  // `rows` rows of N samples.
  template <class Sample>
  [[gnu::always_inline]] static inline void fill(const SampleRows<Sample>& a,
                                                 const SampleRows<Sample>& b, const Constants& c,
                                                 int rows, Sweep& sweep) {
    for (int y = 0; y < rows; ++y) {
      Block p, q;
      load(a.row(y), p);
      load(b.row(y), q);
      const Block s = (p + q) * c.scale - c.middle_s, d = (p - q) * c.scale - c.middle_d;
      sweep.samples[y] = {s, d, s * s, d * d};
    }
  }

  // Of each of `maps` `count` windows, each a step after the last, from the vectors they share.
  template <int count, Map... maps>
  [[gnu::always_inline]] static inline void filter(const Maps* from, const Weights& w, Maps* to) {
    Maps sum[count];
#pragma GCC unroll 18
    for (int k = 0; k < kWindow + count - 1; ++k)
#pragma GCC unroll 8
      for (int i = 0; i < count; ++i) {
        if (k == i) ((sum[i].*maps = w.at(0) * from[k].*maps), ...);
        if (k > i && k - i < kWindow) ((sum[i].*maps += w.at(k - i) * from[k].*maps), ...);
      }
#pragma GCC unroll 8
    for (int i = 0; i < count; ++i) ((to[i].*maps = sum[i].*maps), ...);
  }

  template <Map map>
  [[gnu::always_inline]] static inline void filter_down(const Maps* rows, const Weights& w,
                                                        Maps* columns) {
    Maps down[N];
    for (int y = 0; y < N; y += 4) filter<4, map>(rows + y, w, down + y);
    Block x[N];
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) x[i] = down[i].*map;
    turn(x);
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) columns[i].*map = x[i];
  }

  // A fraction each for ssim and contrast.
  struct Ratios {
    Block above, below, contrast;
  };

  template <bool kContrast>
  [[gnu::always_inline]] static inline void compare(const Maps& m, const Constants& c, Ratios& to) {
    const Block mean_s = m.s + c.middle_s, mean_d = m.d + c.middle_d, var_d = m.dd - m.d * m.d;
    const Block luminance = mean_s * mean_s + 2 * kC1, structure = m.ss - m.s * m.s + 2 * kC2;
    const Block structure_above = structure - var_d, structure_below = structure + var_d;
    to.above = structure_above * (luminance - mean_d * mean_d);
    to.below = structure_below * (luminance + mean_d * mean_d);
    if (kContrast) to.contrast = structure_above / structure_below;
  }

  // The windows that begin at columns range.begin .. range.end - 1 of those held.
  template <bool kContrast>
  [[gnu::always_inline]] static inline void filter_across(const Maps* columns,
                                                          const Interval& range, const Weights& w,
                                                          const Constants& c, Sums& ssim,
                                                          Sums& contrast) {
    Block ssim_here{}, contrast_here{};
    for (int x = range.begin; x < range.end; x += 2) {
      Maps means[2];
      filter<2, &Maps::s, &Maps::d, &Maps::ss, &Maps::dd>(columns + x, w, means);
      Ratios p, q;
      compare<kContrast>(means[0], c, p);
      compare<kContrast>(means[1], c, q);
      // Divisions are dear: one for two.
      if (x + 1 < range.end) {
        ssim_here += (p.above * q.below + q.above * p.below) / (p.below * q.below);
        if (kContrast) contrast_here += p.contrast + q.contrast;
      } else {
        ssim_here += p.above / p.below;
        if (kContrast) contrast_here += p.contrast;
      }
    }
    ssim += __builtin_convertvector(ssim_here, Sums);
    if (kContrast) contrast += __builtin_convertvector(contrast_here, Sums);
  }

  // The next N columns of samples; `windows` of those that end in them belong to the map.
  template <bool kContrast>
  [[gnu::always_inline]] static inline void step(Sweep& sweep, int groups, const Interval& windows,
                                                 const Constants& constants) {
    const Weights w = gaussian_weights();
    const Constants c = constants;
    for (int group = 0; group < groups; ++group) {
      const Maps* const rows = sweep.samples + group * N;
      Maps* const columns = sweep.columns[group];
      filter_down<&Maps::s>(rows, w, columns + kWindow - 1);
      filter_down<&Maps::d>(rows, w, columns + kWindow - 1);
      filter_down<&Maps::ss>(rows, w, columns + kWindow - 1);
      filter_down<&Maps::dd>(rows, w, columns + kWindow - 1);
      filter_across<kContrast>(columns, windows, w, c, sweep.ssim[group], sweep.contrast[group]);
      for (int i = 0; i < kWindow - 1; ++i) columns[i] = columns[N + i];
    }
  }
};

}  // namespace gan::gaussian
