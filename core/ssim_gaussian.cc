// SPDX-License-Identifier: LGPL-2.1-or-later
// Note [sums and differences]: with s = a + b and d = a - b the formula wants four filtered maps,
// not five (mean and mean square of s and of d):
//   luminance = (mean_s^2 - mean_d^2 + 2 C1) / (mean_s^2 + mean_d^2 + 2 C1)
//   contrast  = (var_s - var_d + 2 C2) / (var_s + var_d + 2 C2)
// Nothing cancels in d, and identical planes give 1 exactly. Variances do not change when a
// constant is taken from both planes first, so half the peak is, which leaves floats enough digits.
//
// The window is separable. A strip of columns is filtered row by row: each new row horizontally,
// once, into a ring of 11 rows, and the ring vertically; strip and ring stay in the first cache.
#include <array>
#include <cmath>

#include "core/bands.h"
#include "core/simd.h"
#include "core/ssim.h"

namespace gan {
namespace {

constexpr int kWindow = kGaussianWindow, kStrip = 128;

struct FilteredRow {
  alignas(64) float mean_s[kStrip], mean_d[kStrip], square_s[kStrip], square_d[kStrip];
};
using Ring = std::array<FilteredRow, kWindow>;

struct alignas(64) StripSums {
  float ssim[kStrip] = {}, contrast[kStrip] = {};  // of each column
};

// The window's right half, from its centre; it is symmetric.
struct Weights {
  std::array<float, kWindow / 2 + 1> at;
};

const Weights& gaussian() {
  static const Weights weights = [] {
    double sum = 0;
    std::array<double, kWindow> window;
    for (int i = 0; i < kWindow; ++i)
      sum += window[static_cast<size_t>(i)] = std::exp(-(i - 5) * (i - 5) / (2 * 1.5 * 1.5));
    Weights half;
    for (size_t i = 0; i < half.at.size(); ++i)
      half.at[i] = static_cast<float>(window[i + 5] / sum);
    return half;
  }();
  return weights;
}

[[gnu::always_inline]] inline float weighed(const float* x, const Weights& w) {
  return w.at[0] * x[5] + w.at[1] * (x[4] + x[6]) + w.at[2] * (x[3] + x[7]) +
         w.at[3] * (x[2] + x[8]) + w.at[4] * (x[1] + x[9]) + w.at[5] * (x[0] + x[10]);
}

template <class Sample>
GAN_SIMD void filter_row(const Sample* a, const Sample* b, float centre, int count,
                         FilteredRow& to) {
  constexpr int kWide = kStrip + kWindow - 1;
  alignas(64) float s[kWide], d[kWide], ss[kWide], dd[kWide];
  const Weights w = gaussian();
  const float twice = 2 * centre;
  for (int i = 0; i < count + kWindow - 1; ++i) {
    const auto p = static_cast<float>(a[i]), q = static_cast<float>(b[i]);
    s[i] = p + q - twice;
    d[i] = p - q;
    ss[i] = s[i] * s[i];
    dd[i] = d[i] * d[i];
  }
  for (int i = 0; i < count; ++i) to.mean_s[i] = weighed(s + i, w);
  for (int i = 0; i < count; ++i) to.mean_d[i] = weighed(d + i, w);
  for (int i = 0; i < count; ++i) to.square_s[i] = weighed(ss + i, w);
  for (int i = 0; i < count; ++i) to.square_d[i] = weighed(dd + i, w);
}

struct Constants {
  float centre, c1, c2;
};

using RingRows = std::array<const FilteredRow*, kWindow>;

template <auto map>
[[gnu::always_inline]] inline float column(const RingRows& r, int i, const Weights& w) {
  return w.at[0] * (r[5]->*map)[i] + w.at[1] * ((r[4]->*map)[i] + (r[6]->*map)[i]) +
         w.at[2] * ((r[3]->*map)[i] + (r[7]->*map)[i]) +
         w.at[3] * ((r[2]->*map)[i] + (r[8]->*map)[i]) +
         w.at[4] * ((r[1]->*map)[i] + (r[9]->*map)[i]) +
         w.at[5] * ((r[0]->*map)[i] + (r[10]->*map)[i]);
}

GAN_SIMD void compare_row(const RingRows& rows, const Constants& c, int count, StripSums& sums) {
  const Weights w = gaussian();
  const RingRows r = rows;
  for (int i = 0; i < count; ++i) {
    const float s = column<&FilteredRow::mean_s>(r, i, w);
    const float d = column<&FilteredRow::mean_d>(r, i, w);
    const float var_s = column<&FilteredRow::square_s>(r, i, w) - s * s;
    const float var_d = column<&FilteredRow::square_d>(r, i, w) - d * d;
    const float mean_s = s + 2 * c.centre;
    const float luminance_above = mean_s * mean_s - d * d + 2 * c.c1;
    const float luminance_below = mean_s * mean_s + d * d + 2 * c.c1;
    const float contrast = (var_s - var_d + 2 * c.c2) / (var_s + var_d + 2 * c.c2);
    sums.ssim[i] += contrast * luminance_above / luminance_below;
    sums.contrast[i] += contrast;
  }
}

template <class Sample>
Similarity strip(const SampleRows<Sample>& a, const SampleRows<Sample>& b, const Constants& c,
                 int x, int count, int begin, int end) {
  Ring ring;
  StripSums sums;
  for (int y = begin; y < end + kWindow - 1; ++y) {
    filter_row(a.row(y) + x, b.row(y) + x, c.centre, count, ring[static_cast<size_t>(y % kWindow)]);
    if (y - begin < kWindow - 1) continue;
    RingRows rows;
    for (int k = 0; k < kWindow; ++k)
      rows[static_cast<size_t>(k)] = &ring[static_cast<size_t>((y + 1 + k) % kWindow)];
    compare_row(rows, c, count, sums);
  }
  Similarity sum;
  for (int i = 0; i < count; ++i) sum += {double{sums.ssim[i]}, double{sums.contrast[i]}};
  return sum;
}

}  // namespace

Similarity gaussian_similarity(const SamplePlane& a, const SamplePlane& b, Workers* workers) {
  const Size map{a.size.width - kWindow + 1, a.size.height - kWindow + 1};
  const double c1 = 0.01 * a.peak * (0.01 * a.peak), c2 = 0.03 * a.peak * (0.03 * a.peak);
  const Constants constants{static_cast<float>(std::floor(a.peak / 2)), static_cast<float>(c1),
                            static_cast<float>(c2)};
  auto mean = with_rows(a, b, [&](auto p, auto q) {
    return sum_of_bands<Similarity>(map.height, workers, [&](int begin, int end) {
      Similarity band;
      for (int x = 0; x < map.width; x += kStrip)
        band += strip(p, q, constants, x, std::min(kStrip, map.width - x), begin, end);
      return band;
    });
  });
  const auto area = static_cast<double>(map.area());
  return {mean.ssim / area, mean.contrast / area};
}

}  // namespace gan
