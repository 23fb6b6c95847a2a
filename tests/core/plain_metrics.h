// SPDX-License-Identifier: LGPL-2.1-or-later
// The definitions of core/metrics.h word for word: slow, in double, one sample after the other. The
// judge of the fast ones, and what the benchmark compares them with.
#pragma once

#include <cmath>
#include <cstring>
#include <vector>

#include "core/sample_plane.h"

namespace gan::test {

inline double sample(const SamplePlane& plane, int x, int y) {
  const uint8_t* const row = plane.data + y * plane.stride;
  if (plane.words) {
    const int place = (plane.offset + x * plane.step) / 2;
    uint32_t word;
    std::memcpy(&word, row + place / 3 * 4, sizeof word);
    return word >> place % 3 * 10 & 1023;
  }
  const uint8_t* const at = row + x * plane.step;
  if (plane.bytes == 1) return *at;
  if (plane.bytes == 2) return (at[0] | at[1] << 8) >> plane.shift;
  float value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

inline double plain_mse(const SamplePlane& a, const SamplePlane& b) {
  double sum = 0;
  for (int y = 0; y < a.size.height; ++y)
    for (int x = 0; x < a.size.width; ++x)
      sum += (sample(a, x, y) - sample(b, x, y)) * (sample(a, x, y) - sample(b, x, y));
  return sum / static_cast<double>(a.size.area());
}

inline double plain_gaussian_ssim(const SamplePlane& a, const SamplePlane& b) {
  double weights[11], whole = 0, total = 0;
  for (int i = 0; i < 11; ++i) whole += weights[i] = std::exp(-(i - 5) * (i - 5) / 4.5);
  const double c1 = std::pow(0.01 * a.peak, 2), c2 = std::pow(0.03 * a.peak, 2);
  for (int y = 0; y + 11 <= a.size.height; ++y)
    for (int x = 0; x + 11 <= a.size.width; ++x) {
      double mean_a = 0, mean_b = 0, var_a = 0, var_b = 0, covariance = 0;
      const auto each = [&](const auto& function) {
        for (int j = 0; j < 11; ++j)
          for (int i = 0; i < 11; ++i)
            function(weights[i] * weights[j] / (whole * whole), sample(a, x + i, y + j),
                     sample(b, x + i, y + j));
      };
      each([&](double w, double p, double q) {
        mean_a += w * p;
        mean_b += w * q;
      });
      each([&](double w, double p, double q) {
        var_a += w * (p - mean_a) * (p - mean_a);
        var_b += w * (q - mean_b) * (q - mean_b);
        covariance += w * (p - mean_a) * (q - mean_b);
      });
      total += (2 * mean_a * mean_b + c1) * (2 * covariance + c2) /
               ((mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2));
    }
  return total / ((a.size.width - 10.0) * (a.size.height - 10));
}

inline double plain_block_ssim(const SamplePlane& a, const SamplePlane& b) {
  const double c1 = std::floor(0.0001 * a.peak * a.peak * 64 + 0.5);
  const double c2 = std::floor(0.0009 * a.peak * a.peak * 64 * 63 + 0.5);
  double total = 0;
  int count = 0;
  for (int y = 0; y + 8 <= a.size.height; y += 4)
    for (int x = 0; x + 8 <= a.size.width; x += 4, ++count) {
      double sum_a = 0, sum_b = 0, squares = 0, product = 0;
      for (int i = 0; i < 64; ++i) {
        const double p = sample(a, x + i % 8, y + i / 8), q = sample(b, x + i % 8, y + i / 8);
        sum_a += p;
        sum_b += q;
        squares += p * p + q * q;
        product += p * q;
      }
      const double variances = 64 * squares - sum_a * sum_a - sum_b * sum_b;
      const double covariance = 64 * product - sum_a * sum_b;
      total += (2 * sum_a * sum_b + c1) * (2 * covariance + c2) /
               ((sum_a * sum_a + sum_b * sum_b + c1) * (variances + c2));
    }
  return total / count;
}

// Planes of one kind, with rows longer than the picture and the second like the first.
struct TestPlanes {
  std::vector<uint8_t> a_bytes, b_bytes;
  SamplePlane a, b;

  // bits: 8, 10, 16, or 32 for floats of 0..255.
  TestPlanes(Size size, int bits) {
    const int bytes = bits == 8 ? 1 : bits == 32 ? 4 : 2;
    const double peak = bits == 32 ? 255 : (1 << bits) - 1;
    const ptrdiff_t stride = ptrdiff_t{bytes} * (size.width + 3);
    a_bytes.resize(static_cast<size_t>(stride * size.height));
    b_bytes.resize(a_bytes.size());
    uint32_t state = 12345;
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        state = state * 1664525u + 1013904223u;
        const double wave = 0.5 + 0.45 * std::sin(0.31 * x + 0.002 * y * y);
        const double noise = static_cast<double>(state >> 8) / (1 << 24) - 0.5;
        put(a_bytes.data() + y * stride + x * bytes, bytes, wave * peak);
        put(b_bytes.data() + y * stride + x * bytes, bytes,
            std::min(1.0, std::max(0.0, wave + 0.1 * noise)) * peak);
      }
    a = {a_bytes.data(), size, stride, bytes, bytes, peak};
    b = {b_bytes.data(), size, stride, bytes, bytes, peak};
  }
  static void put(uint8_t* at, int bytes, double value) {
    const auto whole = static_cast<uint16_t>(value);
    const auto real = static_cast<float>(value);
    std::memcpy(at, bytes == 4 ? static_cast<const void*>(&real) : &whole,
                static_cast<size_t>(bytes));
  }
};

}  // namespace gan::test
