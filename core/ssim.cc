// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/ssim.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/metrics.h"

namespace gan {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kWeights[] = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};  // sum 1.0001, as published
constexpr int kScales = 5;

// Means of 2x2 samples, over zeros at both ends of a side that is odd.
template <class Sample>
SamplePlane halved(const SamplePlane& plane, const SampleRows<Sample>& from,
                   std::vector<uint8_t>& memory) {
  const int pad_x = plane.size.width % 2, pad_y = plane.size.height % 2;
  const Size size{plane.size.width / 2 + pad_x, plane.size.height / 2 + pad_y};
  const ptrdiff_t stride = size.width * ptrdiff_t{sizeof(float)};
  memory.resize(static_cast<size_t>(stride * size.height));
  for (int y = 0; y < size.height; ++y) {
    auto* const to = reinterpret_cast<float*>(memory.data() + y * stride);
    std::fill_n(to, size.width, 0.0f);
    for (int row = 2 * y - pad_y; row < 2 * y - pad_y + 2; ++row) {
      if (row < 0 || row >= plane.size.height) continue;
      const Sample* const samples = from.row(row);
      for (int x = 0; x < plane.size.width; ++x)
        to[(x + pad_x) / 2] += 0.25f * static_cast<float>(samples[x]);
    }
  }
  return {memory.data(), size, stride, sizeof(float), sizeof(float), plane.peak};
}

}  // namespace

Size ssim_map(Size plane, SsimWindow window) {
  const Size map = window == SsimWindow::kGaussian
                       ? Size{plane.width - kGaussianWindow + 1, plane.height - kGaussianWindow + 1}
                       : Size{plane.width / 4 - 1, plane.height / 4 - 1};
  return map.width > 0 && map.height > 0 ? map : Size{};
}

double ssim_of_band(const PlanePair& planes, SsimWindow window, int band) {
  const auto& [a, b] = planes;
  const int rows = ssim_map(a.size, window).height;
  if (window == SsimWindow::kGaussian)
    return gaussian_rows(planes, band_of(rows, band), gaussian_lanes());
  constexpr int kRows = kBandRows / 4;
  return block_rows(a, b, {std::min(rows, band * kRows), std::min(rows, (band + 1) * kRows)});
}

double ms_ssim(const SamplePlane& a, const SamplePlane& b, Workers* workers) {
  check_alike(a, b);
  constexpr int kLeast = (kGaussianWindow - 1) * 16 + 1;
  if (a.size.width < kLeast || a.size.height < kLeast) return kNaN;
  std::vector<uint8_t> memory[2][2];  // the scales take turns
  SamplePlane p = packed(a, memory[0][0]), q = packed(b, memory[1][0]);
  double product = 1;
  for (int scale = 0; scale < kScales; ++scale) {
    const Similarity at = gaussian_similarity(p, q, workers);
    const double factor = scale + 1 < kScales ? at.contrast : at.ssim;
    product *= std::pow(std::max(factor, 0.0), kWeights[scale]);
    if (scale + 1 == kScales) break;
    std::tie(p, q) = with_rows(p, q, [&](auto rows_p, auto rows_q) {
      const int next = (scale + 1) % 2;
      return std::pair{halved(p, rows_p, memory[0][next]), halved(q, rows_q, memory[1][next])};
    });
  }
  return product;
}

}  // namespace gan
