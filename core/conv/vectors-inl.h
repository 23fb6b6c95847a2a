// SPDX-License-Identifier: LGPL-2.1-or-later
// Vectors of at most a block's channels, and blocks in float or bf16 in memory.
#if defined(GAN_CONV_VECTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GAN_CONV_VECTORS_INL_H_
#undef GAN_CONV_VECTORS_INL_H_
#else
#define GAN_CONV_VECTORS_INL_H_
#endif

#include "core/conv/kernels.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gan::conv {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kBlock>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int kVectors = kBlock / kLanes;  // of a block

// Lanes lane .. lane + kLanes - 1 of the block at `block`.
template <Storage kStorage>
HWY_INLINE V load(const std::byte* block, int lane) {
  const D d;
  if constexpr (kStorage == Storage::kFloat) {
    return hn::LoadU(d, reinterpret_cast<const float*>(block) + lane);
  } else {
    const hn::Rebind<uint16_t, D> d16;
    const hn::RebindToUnsigned<D> d32;
    const auto half = hn::LoadU(d16, reinterpret_cast<const uint16_t*>(block) + lane);
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(d32, half)));
  }
}

// Bf16 is rounded to nearest, ties to even.
template <Storage kStorage>
HWY_INLINE void store(V v, std::byte* block, int lane) {
  const D d;
  if constexpr (kStorage == Storage::kFloat) {
    hn::StoreU(v, d, reinterpret_cast<float*>(block) + lane);
  } else {
    const hn::Rebind<uint16_t, D> d16;
    const hn::RebindToUnsigned<D> d32;
    const hn::RebindToSigned<D> i32;
    const auto bits = hn::BitCast(d32, v);
    const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d32, 1));
    const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(d32, 0x7fff)));
    const auto half = hn::DemoteTo(d16, hn::BitCast(i32, hn::ShiftRight<16>(rounded)));
    hn::StoreU(half, d16, reinterpret_cast<uint16_t*>(block) + lane);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace gan::conv
HWY_AFTER_NAMESPACE();

#endif
