// SPDX-License-Identifier: LGPL-2.1-or-later
// Products to output pixels: for Winograd's algorithms A^T m A of each tile, then what follows the
// convolution.
#if defined(GAN_CONV_FINISH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GAN_CONV_FINISH_INL_H_
#undef GAN_CONV_FINISH_INL_H_
#else
#define GAN_CONV_FINISH_INL_H_
#endif

#include "core/conv/vectors-inl.h"
#include "hwy/contrib/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gan::conv {
namespace HWY_NAMESPACE {

// A^T x.
template <Method kMethod>
HWY_INLINE void to_pixels(const V (&x)[tile_in(kMethod)], V (&out)[tile_out(kMethod)]) {
  const D d;
  if constexpr (kMethod == Method::kWinograd4) {
    const V a = hn::Add(x[1], x[2]), b = hn::Sub(x[1], x[2]);
    const V c = hn::Add(x[3], x[4]), e = hn::Sub(x[3], x[4]);
    out[0] = hn::Add(x[0], hn::Add(a, c));
    out[1] = hn::MulAdd(hn::Set(d, 2.0f), e, b);
    out[2] = hn::MulAdd(hn::Set(d, 4.0f), c, a);
    out[3] = hn::Add(x[5], hn::MulAdd(hn::Set(d, 8.0f), e, b));
  } else if constexpr (kMethod == Method::kWinograd2) {
    out[0] = hn::Add(x[0], hn::Add(x[1], x[2]));
    out[1] = hn::Sub(hn::Sub(x[1], x[2]), x[3]);
  } else {
    out[0] = x[0];
  }
}

// Exp is none beyond 104; e^88 is the largest that a float holds. NaN stays, as in put().
HWY_INLINE V sigmoid(V x) {
  const D d;
  const V one = hn::Set(d, 1.0f), most = hn::Set(d, 88.0f);
  return hn::Div(one, hn::Add(one, hn::Exp(d, hn::Min(most, hn::Neg(x)))));
}

HWY_INLINE V load_any(const std::byte* row, Storage storage, int pixel, int lane) {
  const std::byte* block = row + static_cast<size_t>(pixel) * kBlock * bytes_of(storage);
  return storage == Storage::kFloat ? load<Storage::kFloat>(block, lane)
                                    : load<Storage::kBf16>(block, lane);
}

// kPlain: bias and slopes alone.
template <Storage kOut, bool kPlain>
HWY_INLINE void put(const Finish& f, V v, int row, int pixel, int lane) {
  const D d;
  const V zero = hn::Zero(d), bias = hn::LoadU(d, f.bias + lane);
  if (!kPlain && f.means)
    v = hn::MulAdd(hn::Sub(v, hn::LoadU(d, f.means + lane)), hn::LoadU(d, f.factors + lane), bias);
  else
    v = hn::Add(v, bias);
  // Of zero and NaN x86 takes the second, so that what is no number stays none.
  const auto sloped = [&](V slope) {
    return hn::MulAdd(hn::Min(zero, v), slope, hn::Max(zero, v));
  };
  if (!kPlain && f.silu)
    v = hn::Mul(v, sigmoid(v));
  else if (!kPlain && f.tanh)
    v = hn::Tanh(d, v);
  else
    v = sloped(hn::LoadU(d, f.slopes + lane));
  if constexpr (!kPlain) {
    const Addend* addend = f.addends;
    if (f.gated) {
      const V gate = load_any(addend->rows[row], addend->storage, pixel, lane);
      v = hn::Mul(hn::Add(v, gate), hn::Sub(sigmoid(v), hn::Set(d, 0.5f)));
      ++addend;
    }
    for (; addend != f.addends + f.addend_count; ++addend)
      v = hn::MulAdd(hn::Set(d, addend->scale), v,
                     load_any(addend->rows[row], addend->storage, pixel, lane));
    if (f.slope_after != 1) v = sloped(hn::Set(d, f.slope_after));
    pixel *= f.out_step;
  }
  store<kOut>(v, f.out[row] + static_cast<size_t>(pixel) * kBlock * bytes_of(kOut), lane);
}

// kWhole: the frame has all of the tile's pixels.
template <Method kMethod, Storage kOut, bool kPlain, bool kWhole>
HWY_INLINE void finish_tile(const Finish& f, int tile, int lane) {
  constexpr int n = tile_in(kMethod), m = tile_out(kMethod);
  const float* products = f.products + tile * kBlock + lane;
  V half[m][n], x[n], y[m];
#pragma GCC unroll 6
  for (int i = 0; i < n; ++i) {
#pragma GCC unroll 6
    for (int j = 0; j < n; ++j, products += f.product_matrix) x[j] = hn::LoadU(D(), products);
    to_pixels<kMethod>(x, y);
#pragma GCC unroll 4
    for (int j = 0; j < m; ++j) half[j][i] = y[j];
  }
#pragma GCC unroll 4
  for (int j = 0; j < m; ++j) {
    if (!kWhole && tile * m + j >= f.columns) break;
    to_pixels<kMethod>(half[j], y);
#pragma GCC unroll 4
    for (int i = 0; i < m; ++i)
      if (kWhole || i < f.rows) put<kOut, kPlain>(f, y[i], i, tile * m + j, lane);
  }
}

template <Method kMethod, Storage kOut, bool kPlain>
void finish_tiles(const Finish& f) {
  constexpr int m = tile_out(kMethod);
  for (int t = 0; t < f.tiles; ++t)
    for (int lane = 0; lane < kBlock; lane += kLanes)
      if (f.rows == m && (t + 1) * m <= f.columns)
        finish_tile<kMethod, kOut, kPlain, true>(f, t, lane);
      else
        finish_tile<kMethod, kOut, kPlain, false>(f, t, lane);
}

template <Method kMethod>
void finish_by(const Finish& f) {
  constexpr auto kFloat = Storage::kFloat, kBf16 = Storage::kBf16;
  if (!f.more)
    f.storage == kFloat ? finish_tiles<kMethod, kFloat, true>(f)
                        : finish_tiles<kMethod, kBf16, true>(f);
  else
    f.storage == kFloat ? finish_tiles<kMethod, kFloat, false>(f)
                        : finish_tiles<kMethod, kBf16, false>(f);
}

void finish(Method method, const Finish& f) {
  switch (method) {
    case Method::kWinograd4: return finish_by<Method::kWinograd4>(f);
    case Method::kWinograd2: return finish_by<Method::kWinograd2>(f);
    default: return finish_by<Method::kPoint>(f);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace gan::conv
HWY_AFTER_NAMESPACE();

#endif
