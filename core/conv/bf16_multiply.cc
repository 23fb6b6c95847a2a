// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/bf16_multiply.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#define GAN_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

namespace gan::conv {
namespace {

constexpr int kMostTiles = 12;  // by two panels: 24 sums in registers

// kTiles tiles by kPanels panels of 16 outputs.
template <int kPanels, int kTiles>
GAN_BF16 inline void piece(const Multiply& m, const uint16_t* left, const uint16_t* right,
                           float* products) {
  __m512 sums[kTiles][kPanels];
  for (int t = 0; t < kTiles; ++t)
    for (int p = 0; p < kPanels; ++p) sums[t][p] = _mm512_setzero_ps();
  for (int s = 0; s < m.segments; ++s, left += m.left_segment)
    for (int k = 0; k < kBlock; k += 2, right += 2 * kBlock) {
      __m512i factors[kPanels];
      for (int p = 0; p < kPanels; ++p) factors[p] = _mm512_loadu_si512(right + p * m.right_panel);
#pragma GCC unroll 12
      for (int t = 0; t < kTiles; ++t) {
        int pair;
        std::memcpy(&pair, left + t * kBlock + k, sizeof pair);
        const auto value = reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
#pragma GCC unroll 2
        for (int p = 0; p < kPanels; ++p)
          sums[t][p] = _mm512_dpbf16_ps(sums[t][p], value, reinterpret_cast<__m512bh>(factors[p]));
      }
    }
  for (int t = 0; t < kTiles; ++t)
    for (int p = 0; p < kPanels; ++p)
      _mm512_storeu_ps(products + p * m.product_panel + t * kBlock, sums[t][p]);
}

template <int kPanels>
GAN_BF16 void panels(const Multiply& m, const uint16_t* left, const uint16_t* right,
                     float* products) {
  int t = 0;
  for (; t + kMostTiles <= m.tiles; t += kMostTiles)
    piece<kPanels, kMostTiles>(m, left + t * kBlock, right, products + t * kBlock);
  for (; t + 4 <= m.tiles; t += 4)
    piece<kPanels, 4>(m, left + t * kBlock, right, products + t * kBlock);
  for (; t < m.tiles; ++t) piece<kPanels, 1>(m, left + t * kBlock, right, products + t * kBlock);
}

GAN_BF16 void multiply(const Multiply& m) {
  for (int i = 0; i < m.matrices; ++i)
    for (int p = 0; p < m.panels; p += 2) {
      const auto* left = static_cast<const uint16_t*>(m.left) + i * m.left_matrix;
      const auto* right =
          static_cast<const uint16_t*>(m.right) + i * m.right_matrix + p * m.right_panel;
      float* products = m.products + i * m.product_matrix + p * m.product_panel;
      if (p + 1 < m.panels)
        panels<2>(m, left, right, products);
      else
        panels<1>(m, left, right, products);
    }
}

}  // namespace

void (*bf16_multiply())(const Multiply&) {
  return __builtin_cpu_supports("avx512bf16") ? multiply : nullptr;
}

}  // namespace gan::conv

#else

namespace gan::conv {
void (*bf16_multiply())(const Multiply&) { return nullptr; }
}  // namespace gan::conv

#endif
