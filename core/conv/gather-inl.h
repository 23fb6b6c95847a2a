// SPDX-License-Identifier: LGPL-2.1-or-later
// Input pixels to left matrices: for Winograd's algorithms B^T d B of each tile.
#if defined(GAN_CONV_GATHER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GAN_CONV_GATHER_INL_H_
#undef GAN_CONV_GATHER_INL_H_
#else
#define GAN_CONV_GATHER_INL_H_
#endif

#include "core/conv/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gan::conv {
namespace HWY_NAMESPACE {

// B^T x.
template <Method kMethod>
HWY_INLINE void to_points(const V (&x)[tile_in(kMethod)], V (&out)[tile_in(kMethod)]) {
  const D d;
  if constexpr (kMethod == Method::kWinograd4) {
    const V four = hn::Set(d, 4.0f), five = hn::Set(d, 5.0f), two = hn::Set(d, 2.0f);
    const V a = hn::NegMulAdd(four, x[2], x[4]), b = hn::NegMulAdd(four, x[1], x[3]);
    const V c = hn::Sub(x[4], x[2]), e = hn::Mul(two, hn::Sub(x[3], x[1]));
    out[0] = hn::MulAdd(four, x[0], hn::NegMulAdd(five, x[2], x[4]));
    out[1] = hn::Add(a, b);
    out[2] = hn::Sub(a, b);
    out[3] = hn::Add(c, e);
    out[4] = hn::Sub(c, e);
    out[5] = hn::MulAdd(four, x[1], hn::NegMulAdd(five, x[3], x[5]));
  } else if constexpr (kMethod == Method::kWinograd2) {
    out[0] = hn::Sub(x[0], x[2]);
    out[1] = hn::Add(x[1], x[2]);
    out[2] = hn::Sub(x[2], x[1]);
    out[3] = hn::Sub(x[1], x[3]);
  } else {
    out[0] = x[0];
  }
}

// A tile's column j is the value's column source(j), from where the tile's first pixel lies on.
template <Method kMethod, bool kTwice>
constexpr int source(int j) {
  constexpr int pad = tile_in(kMethod) > 1 ? 1 : 0;
  return kTwice ? (j - pad + 2) / 2 - 1 : j - pad;
}

template <Method kMethod, Storage kIn, Storage kLeft, bool kTwice>
HWY_INLINE void gather_tile(const std::byte* const (&rows)[6], int lane, std::byte* left,
                            ptrdiff_t left_matrix) {
  constexpr int n = tile_in(kMethod);
  constexpr int pixel = kBlock * static_cast<int>(bytes_of(kIn));
  V half[n][n], x[n], y[n];
#pragma GCC unroll 6
  for (int j = 0; j < n; ++j) {
#pragma GCC unroll 6
    for (int i = 0; i < n; ++i)
      x[i] = load<kIn>(rows[i] + source<kMethod, kTwice>(j) * pixel, lane);
    to_points<kMethod>(x, y);
#pragma GCC unroll 6
    for (int i = 0; i < n; ++i) half[i][j] = y[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < n; ++i) {
    to_points<kMethod>(half[i], y);
#pragma GCC unroll 6
    for (int j = 0; j < n; ++j, left += left_matrix) store<kLeft>(y[j], left, lane);
  }
}

template <Method kMethod, Storage kIn, Storage kLeft, bool kTwice>
void gather_tiles(const Gather& g) {
  constexpr int n = tile_in(kMethod);
  constexpr int step = tile_out(kMethod) / (kTwice ? 2 : 1) * kBlock;
  const ptrdiff_t matrix = g.left_matrix * static_cast<ptrdiff_t>(bytes_of(kLeft));
  for (int b = 0; b < g.blocks; ++b) {
    const std::byte* rows[6] = {};
    for (int i = 0; i < n; ++i) rows[i] = g.rows[i].pixels + b * g.rows[i].block;
    std::byte* left = g.left + b * g.left_block * static_cast<ptrdiff_t>(bytes_of(kLeft));
    for (int t = 0; t < g.tiles; ++t) {
      for (int lane = 0; lane < kBlock; lane += kLanes)
        gather_tile<kMethod, kIn, kLeft, kTwice>(rows, lane, left, matrix);
      for (int i = 0; i < n; ++i) rows[i] += step * g.step * static_cast<ptrdiff_t>(bytes_of(kIn));
      left += kBlock * bytes_of(kLeft);
    }
  }
}

template <Method kMethod, Storage kIn, Storage kLeft>
void gather_from(const Gather& g) {
  if constexpr (kMethod != Method::kPoint)
    if (g.twice) return gather_tiles<kMethod, kIn, kLeft, true>(g);
  gather_tiles<kMethod, kIn, kLeft, false>(g);
}

template <Method kMethod>
void gather_by(const Gather& g) {
  constexpr auto kFloat = Storage::kFloat, kBf16 = Storage::kBf16;
  if (g.left_storage == kFloat)
    g.storage == kFloat ? gather_from<kMethod, kFloat, kFloat>(g)
                        : gather_from<kMethod, kBf16, kFloat>(g);
  else
    g.storage == kFloat ? gather_from<kMethod, kFloat, kBf16>(g)
                        : gather_from<kMethod, kBf16, kBf16>(g);
}

void gather(Method method, const Gather& g) {
  switch (method) {
    case Method::kWinograd4: return gather_by<Method::kWinograd4>(g);
    case Method::kWinograd2: return gather_by<Method::kWinograd2>(g);
    default: return gather_by<Method::kPoint>(g);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace gan::conv
HWY_AFTER_NAMESPACE();

#endif
