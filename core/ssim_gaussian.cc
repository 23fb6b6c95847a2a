// SPDX-License-Identifier: LGPL-2.1-or-later
// Note [sums and differences]: with s = a + b and d = a - b the formula wants four filtered maps,
// not five (mean and mean square of s and of d):
//   luminance = (mean_s^2 - mean_d^2 + 2 C1) / (mean_s^2 + mean_d^2 + 2 C1)
//   contrast  = (var_s - var_d + 2 C2) / (var_s + var_d + 2 C2)
// Nothing cancels in d, and identical planes give 1 exactly. Variances do not change when a
// constant is taken from both planes first, so half the peak is, which leaves floats enough digits.
//
// The window is separable: a strip of columns is filtered vertically from a ring of 11 rows of s,
// d, s^2 and d^2, which stays in the first cache, and each such row horizontally, straight into the
// formula.
#include <array>
#include <cmath>

#include "core/bands.h"
#include "core/simd.h"
#include "core/ssim.h"

namespace gan {
namespace {

constexpr int kWindow = kGaussianWindow, kStrip = 128, kWide = kStrip + 16;

// A row of the four maps.
struct alignas(64) Maps {
  float s[kWide], d[kWide], ss[kWide], dd[kWide];
};
using Ring = std::array<Maps, kWindow>;
using RingRows = std::array<const Maps*, kWindow>;  // from the top of the window down

struct alignas(64) StripSums {
  float ssim[kStrip] = {}, contrast[kStrip] = {};  // of each column
};

// The window's right half, from its centre; it is symmetric.
struct Weights {
  std::array<float, kWindow / 2 + 1> at;
};

// The outermost weight takes the rounding of the others, so that the sum is 1 and flat pictures
// have no variance.
const Weights& gaussian() {
  static const Weights weights = [] {
    double sum = 0, others = 0;
    std::array<double, kWindow> window;
    for (int i = 0; i < kWindow; ++i)
      sum += window[static_cast<size_t>(i)] = std::exp(-(i - 5) * (i - 5) / (2 * 1.5 * 1.5));
    Weights half;
    for (size_t i = 0; i < half.at.size(); ++i) {
      half.at[i] = static_cast<float>(i < 5 ? window[i + 5] / sum : 0.5 - others);
      others += half.at[i] * (i == 0 ? 0.5 : 1);
    }
    return half;
  }();
  return weights;
}

[[gnu::always_inline]] inline float weighed(const float* x, const Weights& w) {
  return w.at[0] * x[5] + w.at[1] * (x[4] + x[6]) + w.at[2] * (x[3] + x[7]) +
         w.at[3] * (x[2] + x[8]) + w.at[4] * (x[1] + x[9]) + w.at[5] * (x[0] + x[10]);
}

struct Constants {
  float middle_s = 0, middle_d = 0, c1, c2;
};

template <class Sample>
GAN_SIMD void fill_maps(const Sample* a, const Sample* b, const Constants& c, int count, Maps& to) {
  const float middle_s = c.middle_s, middle_d = c.middle_d;
  Maps maps;  // in `to`, the samples might seem to overlap it
  for (int i = 0; i < count; ++i) {
    const auto p = static_cast<float>(a[i]), q = static_cast<float>(b[i]);
    const float s = p + q - middle_s, d = p - q - middle_d;
    maps.s[i] = s;
    maps.d[i] = d;
    maps.ss[i] = s * s;
    maps.dd[i] = d * d;
  }
  to = maps;
}

template <auto map>
[[gnu::always_inline]] inline float column(const RingRows& r, int i, const Weights& w) {
  return w.at[0] * (r[5]->*map)[i] + w.at[1] * ((r[4]->*map)[i] + (r[6]->*map)[i]) +
         w.at[2] * ((r[3]->*map)[i] + (r[7]->*map)[i]) +
         w.at[3] * ((r[2]->*map)[i] + (r[8]->*map)[i]) +
         w.at[4] * ((r[1]->*map)[i] + (r[9]->*map)[i]) +
         w.at[5] * ((r[0]->*map)[i] + (r[10]->*map)[i]);
}

template <bool kContrast>
GAN_SIMD void compare_row(const RingRows& rows, const Constants& c, int count, StripSums& sums) {
  const Weights w = gaussian();
  const RingRows r = rows;
  const float middle_s = c.middle_s, middle_d = c.middle_d, c1 = 2 * c.c1, c2 = 2 * c.c2;
  Maps down;
  for (int i = 0; i < count + kWindow - 1; ++i) {
    down.s[i] = column<&Maps::s>(r, i, w);
    down.d[i] = column<&Maps::d>(r, i, w);
    down.ss[i] = column<&Maps::ss>(r, i, w);
    down.dd[i] = column<&Maps::dd>(r, i, w);
  }
  for (int i = 0; i < count; ++i) {
    const float s = weighed(down.s + i, w), d = weighed(down.d + i, w);
    const float var_s = weighed(down.ss + i, w) - s * s, var_d = weighed(down.dd + i, w) - d * d;
    const float mean_s = s + middle_s, mean_d = d + middle_d;
    const float above = mean_s * mean_s - mean_d * mean_d + c1;
    const float below = mean_s * mean_s + mean_d * mean_d + c1;
    const float contrast_above = var_s - var_d + c2, contrast_below = var_s + var_d + c2;
    sums.ssim[i] += contrast_above * above / (contrast_below * below);
    if (kContrast) sums.contrast[i] += contrast_above / contrast_below;
  }
}

template <bool kContrast, class Sample>
Similarity strip(const SampleRows<Sample>& a, const SampleRows<Sample>& b, Constants c, int x,
                 int count, int begin, int end) {
  const auto p = static_cast<float>(a.row((begin + end) / 2)[x + count / 2]);
  const auto q = static_cast<float>(b.row((begin + end) / 2)[x + count / 2]);
  c.middle_s = p + q;
  c.middle_d = p - q;
  Ring ring;
  StripSums sums;
  for (int y = begin; y < end + kWindow - 1; ++y) {
    fill_maps(a.row(y) + x, b.row(y) + x, c, count + kWindow - 1,
              ring[static_cast<size_t>(y % kWindow)]);
    if (y - begin < kWindow - 1) continue;
    RingRows rows;
    for (int k = 0; k < kWindow; ++k)
      rows[static_cast<size_t>(k)] = &ring[static_cast<size_t>((y + 1 + k) % kWindow)];
    compare_row<kContrast>(rows, c, count, sums);
  }
  Similarity sum;
  for (int i = 0; i < count; ++i) sum += {double{sums.ssim[i]}, double{sums.contrast[i]}};
  return sum;
}

template <bool kContrast>
Similarity mean_over_map(const SamplePlane& a, const SamplePlane& b, Workers* workers) {
  const Size map{a.size.width - kWindow + 1, a.size.height - kWindow + 1};
  const double c1 = 0.01 * a.peak * (0.01 * a.peak), c2 = 0.03 * a.peak * (0.03 * a.peak);
  const Constants constants{0, 0, static_cast<float>(c1), static_cast<float>(c2)};
  const auto sum = with_rows(a, b, [&](auto p, auto q) {
    return sum_of_bands<Similarity>(map.height, workers, [&](int begin, int end) {
      Similarity band;
      for (int x = 0; x < map.width; x += kStrip)
        band += strip<kContrast>(p, q, constants, x, std::min(kStrip, map.width - x), begin, end);
      return band;
    });
  });
  const auto area = static_cast<double>(map.area());
  return {sum.ssim / area, sum.contrast / area};
}

}  // namespace

double gaussian_ssim(const SamplePlane& a, const SamplePlane& b, Workers* workers) {
  return mean_over_map<false>(a, b, workers).ssim;
}

Similarity gaussian_similarity(const SamplePlane& a, const SamplePlane& b, Workers* workers) {
  return mean_over_map<true>(a, b, workers);
}

}  // namespace gan
