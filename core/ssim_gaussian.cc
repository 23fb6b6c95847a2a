// SPDX-License-Identifier: LGPL-2.1-or-later
// Note [sums and differences]: with s = a + b and d = a - b the formula wants four filtered maps,
// not five (mean and mean square of s and of d):
//   luminance = (mean_s^2 - mean_d^2 + 2 C1) / (mean_s^2 + mean_d^2 + 2 C1)
//   contrast  = (var_s - var_d + 2 C2) / (var_s + var_d + 2 C2)
// Nothing cancels in d, and identical planes give 1 exactly. Variances do not change when constants
// are taken from s and d first, so the values in the middle of the strip are: where a picture is
// flat, and its variance small, floats then lose nothing to the mean.
//
// The window is separable: a strip of columns is filtered vertically from a ring of rows of s, d,
// s^2 and d^2, which stays in the first cache, and what comes of it horizontally, straight into the
// formula.
#include <array>
#include <cmath>

#include "core/bands.h"
#include "core/simd.h"
#include "core/ssim.h"

namespace gan {
namespace {

// A strip gives kStrip columns of the map, in whole blocks of kBlock, from one block more of
// samples.
constexpr int kWindow = kGaussianWindow, kBlock = 16, kStrip = 8 * kBlock;

// A row of the four maps.
struct alignas(64) Maps {
  float s[kStrip + kBlock], d[kStrip + kBlock], ss[kStrip + kBlock], dd[kStrip + kBlock];
};
using Ring = std::array<Maps, kWindow + 1>;

struct alignas(64) StripSums {
  float ssim[kStrip] = {}, contrast[kStrip] = {};  // of each column
};

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

struct RowsToCompare {
  int rows, blocks;
};

struct Constants {
  float middle_s = 0, middle_d = 0, c1, c2;
};

// A block as the compiler's own vector, split for processors whose registers are shorter. Passed by
// reference alone: by value, its calling convention depends on the processor.
using Block [[gnu::vector_size(kBlock * sizeof(float)), gnu::aligned(4), gnu::may_alias]] = float;
[[gnu::always_inline]] inline const Block& block_at(const float* x) {
  return *reinterpret_cast<const Block*>(x);
}
[[gnu::always_inline]] inline Block& block_at(float* x) { return *reinterpret_cast<Block*>(x); }

template <class Sample>
GAN_SIMD void fill_maps(const Sample* __restrict a, const Sample* __restrict b, const Constants& c,
                        int count, Maps& __restrict to) {
  const float middle_s = c.middle_s, middle_d = c.middle_d;
  for (int i = 0; i < count; ++i) {
    const auto p = static_cast<float>(a[i]), q = static_cast<float>(b[i]);
    const float s = p + q - middle_s, d = p - q - middle_d;
    to.s[i] = s;
    to.d[i] = d;
    to.ss[i] = s * s;
    to.dd[i] = d * d;
  }
}

// Two maps of two rows of the map, one below the other, from the 12 rows `r` they share.
template <auto first, auto second>
[[gnu::always_inline]] inline void filter_down(const Maps* const* r, int i, const Weights& w,
                                               Maps* to) {
  Block first_upper{}, first_lower{}, second_upper{}, second_lower{};
#pragma GCC unroll 12
  for (int k = 0; k <= kWindow; ++k) {
    const Block &p = block_at((r[k]->*first) + i), &q = block_at((r[k]->*second) + i);
    if (k < kWindow) first_upper += w.at(k) * p;
    if (k > 0) first_lower += w.at(k - 1) * p;
    if (k < kWindow) second_upper += w.at(k) * q;
    if (k > 0) second_lower += w.at(k - 1) * q;
  }
  block_at((to[0].*first) + i) = first_upper;
  block_at((to[1].*first) + i) = first_lower;
  block_at((to[0].*second) + i) = second_upper;
  block_at((to[1].*second) + i) = second_lower;
}

template <bool kContrast>
[[gnu::always_inline]] inline void compare_block(const Maps& down, int i, const Weights& w,
                                                 const Constants& c, StripSums& sums) {
  Block s{}, d{}, ss{}, dd{};
#pragma GCC unroll 11
  for (int k = 0; k < kWindow; ++k) {
    s += w.at(k) * block_at(down.s + i + k);
    d += w.at(k) * block_at(down.d + i + k);
    ss += w.at(k) * block_at(down.ss + i + k);
    dd += w.at(k) * block_at(down.dd + i + k);
  }
  const Block mean_s = s + c.middle_s, mean_d = d + c.middle_d, var_d = dd - d * d;
  const Block luminance = mean_s * mean_s + 2 * c.c1, contrast = ss - s * s + 2 * c.c2;
  const Block above = luminance - mean_d * mean_d, below = luminance + mean_d * mean_d;
  const Block contrast_above = contrast - var_d, contrast_below = contrast + var_d;
  block_at(sums.ssim + i) += contrast_above * above / (contrast_below * below);
  if (kContrast) block_at(sums.contrast + i) += contrast_above / contrast_below;
}

// Two rows of the map, or with `rows` 1 the upper one alone, from 12 rows of samples. The vertical
// filter runs some blocks ahead of the horizontal one: what is loaded just after it was stored in
// other places makes the processor wait.
template <bool kContrast>
GAN_SIMD void compare_rows(const Maps* const* samples, const Constants& constants,
                           const RowsToCompare& count, StripSums& sums) {
  constexpr int kAhead = 3;
  const Weights w = gaussian();
  const Constants c = constants;
  const RowsToCompare n = count;
  const Maps* r[kWindow + 1];
  for (int k = 0; k <= kWindow; ++k) r[k] = samples[k];
  Maps down[2];
  for (int block = 0; block < n.blocks + kAhead; ++block) {
    if (block <= n.blocks) {
      filter_down<&Maps::s, &Maps::d>(r, block * kBlock, w, down);
      filter_down<&Maps::ss, &Maps::dd>(r, block * kBlock, w, down);
    }
    if (block < kAhead) continue;
    for (int row = 0; row < n.rows; ++row)
      compare_block<kContrast>(down[row], (block - kAhead) * kBlock, w, c, sums);
  }
}

template <class Sample>
Constants around(Constants c, Sample a, Sample b) {
  c.middle_s = static_cast<float>(a) + static_cast<float>(b);
  c.middle_d = static_cast<float>(a) - static_cast<float>(b);
  return c;
}

struct StripPlace {
  int x, count, readable;  // columns: the first, of the map, of samples
};

template <bool kContrast, class Sample>
Similarity strip(const SampleRows<Sample>& a, const SampleRows<Sample>& b, const Constants& plain,
                 const StripPlace& at, int begin, int end) {
  const int middle = (begin + end) / 2, blocks = (at.count + kBlock - 1) / kBlock;
  const Constants c = around(plain, a.row(middle)[at.x], b.row(middle)[at.x]);
  Ring ring{};
  StripSums sums;
  int filled = begin;
  for (int y = begin; y < end; y += 2) {
    const int rows = std::min(2, end - y);
    for (; filled < y + kWindow + rows - 1; ++filled)
      fill_maps(a.row(filled) + at.x, b.row(filled) + at.x, c, at.readable,
                ring[static_cast<size_t>(filled) % ring.size()]);
    const Maps* window[kWindow + 1];
    for (int k = 0; k <= kWindow; ++k) window[k] = &ring[static_cast<size_t>(y + k) % ring.size()];
    compare_rows<kContrast>(window, c, {rows, blocks}, sums);
  }
  Similarity sum;
  for (int i = 0; i < at.count; ++i) sum += {double{sums.ssim[i]}, double{sums.contrast[i]}};
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
      for (int x = 0; x < map.width; x += kStrip) {
        const StripPlace at{x, std::min(kStrip, map.width - x),
                            std::min(kStrip + kBlock, a.size.width - x)};
        band += strip<kContrast>(p, q, constants, at, begin, end);
      }
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
