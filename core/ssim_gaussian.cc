// SPDX-License-Identifier: LGPL-2.1-or-later
// Note [sums and differences]: with s = a + b and d = a - b the formula wants four filtered maps,
// not five (mean and mean square of s and of d):
//   luminance = (mean_s^2 - mean_d^2 + 2 C1) / (mean_s^2 + mean_d^2 + 2 C1)
//   contrast  = (var_s - var_d + 2 C2) / (var_s + var_d + 2 C2)
// Nothing cancels in d, and identical planes give 1 exactly. Variances do not change when constants
// are taken from s and d first, so the values in the middle of the strip are: where a picture is
// flat, and its variance small, floats then lose nothing to the mean.
//
// Note [lanes turn]: the window is separable. A sweep takes kRows rows of the map from left to
// right, N columns of samples at a time (N: the numbers that a register holds): it filters them
// vertically with a column in each lane, turns the NxN results, and filters them horizontally with
// a row in each lane. So both directions load whole aligned vectors; shifted ones would cross cache
// lines ten times of eleven. What a sweep touches stays in the first cache.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/bands.h"
#include "core/simd.h"
#include "core/ssim.h"
#include "core/turn.h"

namespace gan {
namespace {

constexpr int kWindow = kGaussianWindow, kRows = 32, kStrip = 1024;
constexpr int kSweepRows = kRows + kWindow - 1;

// The window is symmetric; its right half from the centre.
struct Weights {
  std::array<float, kWindow / 2 + 1> half;
  float at(int k) const { return half[static_cast<size_t>(k < 5 ? 5 - k : k - 5)]; }
};

// The outermost weight takes the rounding of the others, so that the sum is 1 and flat pictures
// have no variance.
const Weights& gaussian() {
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
constexpr float kC1 = 0.01f * 0.01f, kC2 = 0.03f * 0.03f;

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
    const Weights w = gaussian();
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

// One form for each length of registers.
#define GAN_FORM(target, lanes)                                                                  \
  template <class Sample>                                                                        \
  target void fill(const SampleRows<Sample>& a, const SampleRows<Sample>& b, const Constants& c, \
                   int rows, Lanes<lanes>::Sweep& sweep) {                                       \
    Lanes<lanes>::fill(a, b, c, rows, sweep);                                                    \
  }                                                                                              \
  template <bool kContrast>                                                                      \
  target void step(Lanes<lanes>::Sweep& sweep, int groups, const Interval& windows,              \
                   const Constants& c) {                                                         \
    Lanes<lanes>::step<kContrast>(sweep, groups, windows, c);                                    \
  }
GAN_FORM(GAN_SIMD_V4, 16)
GAN_FORM(GAN_SIMD_V3, 8)
GAN_FORM(, 4)

// The samples from column x and row y on; copies where N columns would reach beyond the plane.
template <class Sample, int N>
struct Window {
  Sample memory[kSweepRows][N] = {};
  SampleRows<Sample> at(const SampleRows<Sample>& plane, const Place& place) {
    const SampleRows<Sample> from{reinterpret_cast<const uint8_t*>(plane.row(place.y) + place.x),
                                  plane.stride};
    if (place.readable >= N) return from;
    for (int y = 0; y < place.rows; ++y) std::copy_n(from.row(y), place.readable, memory[y]);
    return {reinterpret_cast<const uint8_t*>(memory), sizeof memory[0]};
  }
};

// Columns of the map from column x on, in some of its rows.
struct Strip {
  int x, columns;
  Interval rows;
};

template <bool kContrast, class Sample, class Sweep>
Similarity strip(const SampleRows<Sample>& a, const SampleRows<Sample>& b, float scale,
                 Sweep& sweep, const Strip& at) {
  constexpr int kLanes = Sweep::kLanes;
  const int rows = at.rows.end - at.rows.begin, groups = (rows + kLanes - 1) / kLanes;
  const int middle = at.rows.begin + rows / 2, samples = at.columns + kWindow - 1;
  const auto p = static_cast<float>(a.row(middle)[at.x]),
             q = static_cast<float>(b.row(middle)[at.x]);
  const Constants c{scale, (p + q) * scale, (p - q) * scale};
  Window<Sample, kLanes> memory_a, memory_b;
  std::memset(sweep.ssim, 0, sizeof sweep.ssim);
  std::memset(sweep.contrast, 0, sizeof sweep.contrast);
  for (int x = 0; x < samples; x += kLanes) {
    const Place place{at.x + x, at.rows.begin, rows + kWindow - 1, std::min(kLanes, samples - x)};
    fill(memory_a.at(a, place), memory_b.at(b, place), c, place.rows, sweep);
    // The first window that ends in these columns begins 10 columns before them.
    step<kContrast>(sweep, groups, {std::max(0, kWindow - 1 - x), std::min(kLanes, samples - x)},
                    c);
  }
  Similarity sum;
  for (int y = 0; y < rows; ++y)
    sum += {sweep.ssim[y / kLanes][y % kLanes], sweep.contrast[y / kLanes][y % kLanes]};
  return sum;
}

template <bool kContrast, int N>
Similarity sum_by_lanes(const SamplePlane& a, const SamplePlane& b, const Interval& rows) {
  const int width = a.size.width - kWindow + 1;
  const auto scale = static_cast<float>(1 / a.peak);
  return with_rows(a, b, [&](auto p, auto q) {
    Similarity sum;
    typename Lanes<N>::Sweep sweep{};
    for (int y = rows.begin; y < rows.end; y += kRows)
      for (int x = 0; x < width; x += kStrip)
        sum +=
            strip<kContrast>(p, q, scale, sweep,
                             {x, std::min(kStrip, width - x), {y, std::min(rows.end, y + kRows)}});
    return sum;
  });
}

template <bool kContrast>
Similarity sum_over_rows(const PlanePair& planes, const Interval& rows, int lanes) {
  const auto& [a, b] = planes;
  switch (lanes) {
    case 16: return sum_by_lanes<kContrast, 16>(a, b, rows);
    case 8: return sum_by_lanes<kContrast, 8>(a, b, rows);
    default: return sum_by_lanes<kContrast, 4>(a, b, rows);
  }
}

}  // namespace

int gaussian_lanes() { return GAN_SIMD_LEVEL == 4 ? 16 : GAN_SIMD_LEVEL == 3 ? 8 : 4; }

double gaussian_rows(const PlanePair& planes, const Interval& rows, int lanes) {
  return sum_over_rows<false>(planes, rows, lanes).ssim;
}

Similarity gaussian_similarity(const SamplePlane& a, const SamplePlane& b, Workers* workers) {
  const Size map = ssim_map(a.size, SsimWindow::kGaussian);
  const auto sum = sum_of_bands<Similarity>(map.height, workers, [&](const Interval& rows) {
    return sum_over_rows<true>({a, b}, rows, gaussian_lanes());
  });
  const auto area = static_cast<double>(map.area());
  return {sum.ssim / area, sum.contrast / area};
}

}  // namespace gan
