// SPDX-License-Identifier: LGPL-2.1-or-later
// Note [sums and differences]: with s = a + b and d = a - b the formula wants four filtered maps,
// not five (mean and mean square of s and of d):
//   luminance = (mean_s^2 - mean_d^2 + 2 C1) / (mean_s^2 + mean_d^2 + 2 C1)
//   contrast  = (var_s - var_d + 2 C2) / (var_s + var_d + 2 C2)
// Nothing cancels in d, and identical planes give 1 exactly. Variances do not change when constants
// are taken from s and d first, so the values in the middle of the strip are: where a picture is
// flat, and its variance small, floats then lose nothing to the mean.
#include <algorithm>

#include "core/simd.h"
#include "core/ssim_lanes.h"

namespace gan {
namespace {

using namespace gaussian;

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
#undef GAN_FORM

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
