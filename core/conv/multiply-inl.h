// SPDX-License-Identifier: LGPL-2.1-or-later
// Matrix products in registers: some tiles by one or two blocks of outputs at a time.
#if defined(GAN_CONV_MULTIPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GAN_CONV_MULTIPLY_INL_H_
#undef GAN_CONV_MULTIPLY_INL_H_
#else
#define GAN_CONV_MULTIPLY_INL_H_
#endif

#include <array>
#include <utility>

#include "core/conv/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gan::conv {
namespace HWY_NAMESPACE {

// Sums that fit the registers, beside the factors: 12 of 16, 24 of 32.
constexpr int kMultiplyPanels = kLanes == 16 ? 2 : 1;
constexpr int kMultiplyTiles = kLanes == 16 ? 12 : kLanes == 8 ? 6 : 2;

struct MultiplyPiece {
  const float *left, *right;
  float* products;
};

template <int kTiles, int kPanels>
struct Sums {
  V at[kTiles][kPanels * kVectors];
};

// Adds left's column k times right's row k.
template <int kTiles, int kPanels>
HWY_INLINE void accumulate(const float* HWY_RESTRICT left, ptrdiff_t left_tile,
                           const float* HWY_RESTRICT right, ptrdiff_t right_panel,
                           Sums<kTiles, kPanels>& sums) {
  const D d;
  V factors[kPanels * kVectors];
#pragma GCC unroll 16
  for (int i = 0; i < kPanels * kVectors; ++i)
    factors[i] = hn::LoadU(d, right + i / kVectors * right_panel + i % kVectors * kLanes);
#pragma GCC unroll 16
  for (int t = 0; t < kTiles; ++t) {
    const V value = hn::Set(d, left[t * left_tile]);
#pragma GCC unroll 16
    for (int i = 0; i < kPanels * kVectors; ++i)
      sums.at[t][i] = hn::MulAdd(value, factors[i], sums.at[t][i]);
  }
}

// kTiles tiles. kInBlocks: segments are blocks and tiles lie side by side, so that addresses are at
// constant distances.
template <int kTiles, int kPanels, bool kInBlocks>
HWY_INLINE void multiply_tiles(const Multiply& m, const MultiplyPiece& piece) {
  const D d;
  Sums<kTiles, kPanels> sums;
#pragma GCC unroll 16
  for (int t = 0; t < kTiles; ++t)
#pragma GCC unroll 16
    for (int i = 0; i < kPanels * kVectors; ++i) sums.at[t][i] = hn::Zero(d);
  const float* HWY_RESTRICT left = piece.left;
  const float* HWY_RESTRICT right = piece.right;
  for (int s = 0; s < m.segments; ++s, left += m.left_segment) {
    if constexpr (kInBlocks) {
#pragma GCC unroll 16
      for (int k = 0; k < kBlock; ++k)
        accumulate(left + k, kBlock, right + k * kBlock, m.right_panel, sums);
      right += kBlock * kBlock;
    } else {
      for (int k = 0; k < m.length; ++k, right += kBlock)
        accumulate(left + k, m.left_tile, right, m.right_panel, sums);
    }
  }
#pragma GCC unroll 16
  for (int t = 0; t < kTiles; ++t)
#pragma GCC unroll 16
    for (int i = 0; i < kPanels * kVectors; ++i)
      hn::StoreU(
          sums.at[t][i], d,
          piece.products + i / kVectors * m.product_panel + t * kBlock + i % kVectors * kLanes);
}

template <int kTiles, int kPanels, bool kInBlocks>
void multiply_rest(const Multiply& m, const MultiplyPiece& piece) {
  multiply_tiles<kTiles, kPanels, kInBlocks>(m, piece);
}

using MultiplyFunction = void (*)(const Multiply&, const MultiplyPiece&);

// The functions for 1 .. kMultiplyTiles - 1 tiles.
template <int kPanels, bool kInBlocks, int... kLess>
constexpr std::array<MultiplyFunction, kMultiplyTiles - 1> rest_functions(
    std::integer_sequence<int, kLess...>) {
  return {multiply_rest<kLess + 1, kPanels, kInBlocks>...};
}

template <int kPanels, bool kInBlocks>
void multiply_panels(const Multiply& m, MultiplyPiece piece) {
  static constexpr auto rest =
      rest_functions<kPanels, kInBlocks>(std::make_integer_sequence<int, kMultiplyTiles - 1>());
  int t = 0;
  for (; t + kMultiplyTiles <= m.tiles; t += kMultiplyTiles) {
    multiply_tiles<kMultiplyTiles, kPanels, kInBlocks>(m, piece);
    piece.left += kMultiplyTiles * m.left_tile;
    piece.products += kMultiplyTiles * kBlock;
  }
  if (t < m.tiles) rest[static_cast<size_t>(m.tiles - t - 1)](m, piece);
}

template <bool kInBlocks>
void multiply_matrices(const Multiply& m) {
  for (int i = 0; i < m.matrices; ++i)
    for (int p = 0; p < m.panels;) {
      const MultiplyPiece piece = {
          static_cast<const float*>(m.left) + i * m.left_matrix,
          static_cast<const float*>(m.right) + i * m.right_matrix + p * m.right_panel,
          m.products + i * m.product_matrix + p * m.product_panel};
      if (m.panels - p >= kMultiplyPanels) {
        multiply_panels<kMultiplyPanels, kInBlocks>(m, piece);
        p += kMultiplyPanels;
      } else {
        multiply_panels<1, kInBlocks>(m, piece);
        ++p;
      }
    }
}

void multiply(const Multiply& m) {
  if (m.length == kBlock && m.left_tile == kBlock)
    multiply_matrices<true>(m);
  else
    multiply_matrices<false>(m);
}

}  // namespace HWY_NAMESPACE
}  // namespace gan::conv
HWY_AFTER_NAMESPACE();

#endif
