// SPDX-License-Identifier: LGPL-2.1-or-later
// Convolutions to a few channels: products of whole blocks of inputs, summed over a block's lanes
// at the end.
#if defined(GAN_CONV_FEW_OUTPUTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GAN_CONV_FEW_OUTPUTS_INL_H_
#undef GAN_CONV_FEW_OUTPUTS_INL_H_
#else
#define GAN_CONV_FEW_OUTPUTS_INL_H_
#endif

#include <algorithm>

#include "core/conv/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gan::conv {
namespace HWY_NAMESPACE {

// Sum of 16 lanes: halves on halves, in one order for every length of vectors.
HWY_INLINE float block_sum(const V (&parts)[kVectors]) {
  alignas(64) float lanes[kBlock];
  for (int i = 0; i < kVectors; ++i) hn::StoreU(parts[i], D(), lanes + i * kLanes);
  const hn::CappedTag<float, 4> d;
  constexpr int kFour = static_cast<int>(hn::MaxLanes(d));
  for (int half = kBlock / 2; half >= kFour; half /= 2)
    for (int i = 0; i < half; i += kFour)
      hn::StoreU(hn::Add(hn::LoadU(d, lanes + i), hn::LoadU(d, lanes + i + half)), d, lanes + i);
  for (int half = kFour / 2; half >= 1; half /= 2)
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return lanes[0];
}

template <Storage kIn, int kPixels, int kOutputs>
HWY_INLINE void add_input(const FewOutputs::Input& input, int kernel, int pixel,
                          const float* HWY_RESTRICT weights,
                          V (&sums)[kPixels][kOutputs][kVectors]) {
  constexpr int bytes = kBlock * static_cast<int>(bytes_of(kIn));
  for (int b = 0; b < input.blocks; ++b)
    for (int i = 0; i < kernel; ++i) {
      const std::byte* row = input.rows[i].pixels + b * input.rows[i].block + pixel * bytes;
      for (int j = 0; j < kernel; ++j, weights += kOutputs * kBlock) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) {
          V x[kPixels];
#pragma GCC unroll 4
          for (int p = 0; p < kPixels; ++p) x[p] = load<kIn>(row + (p + j) * bytes, v * kLanes);
#pragma GCC unroll 4
          for (int o = 0; o < kOutputs; ++o) {
            const V w = hn::LoadU(D(), weights + o * kBlock + v * kLanes);
#pragma GCC unroll 4
            for (int p = 0; p < kPixels; ++p) sums[p][o][v] = hn::MulAdd(x[p], w, sums[p][o][v]);
          }
        }
      }
    }
}

template <int kPixels, int kOutputs>
HWY_INLINE void few_pixels(const FewOutputs& f, int pixel) {
  V sums[kPixels][kOutputs][kVectors];
  for (auto& of_pixel : sums)
    for (auto& of_output : of_pixel)
      for (V& sum : of_output) sum = hn::Zero(D());
  const float* weights = f.weights;
  for (int i = 0; i < f.input_count; ++i) {
    const FewOutputs::Input& input = f.inputs[i];
    input.storage == Storage::kFloat
        ? add_input<Storage::kFloat, kPixels, kOutputs>(input, f.kernel, pixel, weights, sums)
        : add_input<Storage::kBf16, kPixels, kOutputs>(input, f.kernel, pixel, weights, sums);
    weights += input.blocks * f.kernel * f.kernel * kOutputs * kBlock;
  }
  for (int p = 0; p < kPixels; ++p) {
    float* const products = f.products + (pixel + p) * kBlock;
    for (int o = 0; o < kBlock; ++o) products[o] = o < kOutputs ? block_sum(sums[p][o]) : 0.0f;
  }
}

template <int kOutputs>
void few_outputs_of(const FewOutputs& f) {
  constexpr int kPixels = std::clamp(12 / (kOutputs * kVectors), 1, 4);  // sums in registers
  int pixel = 0;
  for (; pixel + kPixels <= f.pixels; pixel += kPixels) few_pixels<kPixels, kOutputs>(f, pixel);
  for (; pixel < f.pixels; ++pixel) few_pixels<1, kOutputs>(f, pixel);
}

void few_outputs(const FewOutputs& f) {
  switch (f.outputs) {
    case 1: return few_outputs_of<1>(f);
    case 2: return few_outputs_of<2>(f);
    case 3: return few_outputs_of<3>(f);
    default: return few_outputs_of<4>(f);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace gan::conv
HWY_AFTER_NAMESPACE();

#endif
