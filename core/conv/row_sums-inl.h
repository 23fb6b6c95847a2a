// SPDX-License-Identifier: LGPL-2.1-or-later
// What means and variances of whole values are made of.
#if defined(GAN_CONV_ROW_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GAN_CONV_ROW_SUMS_INL_H_
#undef GAN_CONV_ROW_SUMS_INL_H_
#else
#define GAN_CONV_ROW_SUMS_INL_H_
#endif

#include "core/conv/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gan::conv {
namespace HWY_NAMESPACE {

template <Storage kIn>
void row_sums_of(const RowSums& r) {
  const D d;
  for (int b = 0; b < r.blocks; ++b)
    for (int lane = 0; lane < kBlock; lane += kLanes) {
      const ptrdiff_t at = ptrdiff_t{b} * kBlock + lane;
      const std::byte* pixel = r.row.pixels + b * r.row.block;
      const V origin = hn::LoadU(d, r.origins + at);
      V sum = hn::Zero(d), squares = hn::Zero(d);
      for (int x = 0; x < r.pixels; ++x, pixel += kBlock * bytes_of(kIn)) {
        const V value = hn::Sub(load<kIn>(pixel, lane), origin);
        sum = hn::Add(sum, value);
        squares = hn::MulAdd(value, value, squares);
      }
      hn::StoreU(sum, d, r.sums + at);
      hn::StoreU(squares, d, r.squares + at);
    }
}

void row_sums(const RowSums& r) {
  r.storage == Storage::kFloat ? row_sums_of<Storage::kFloat>(r) : row_sums_of<Storage::kBf16>(r);
}

}  // namespace HWY_NAMESPACE
}  // namespace gan::conv
HWY_AFTER_NAMESPACE();

#endif
