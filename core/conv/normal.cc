// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/normal.h"

#include <bit>
#include <cmath>
#include <functional>

#include "core/bands.h"

namespace gan::conv {
namespace {

float first_pixel(const Buffer& buffer, int channel) {
  const std::byte* const block = buffer.at(0, 0, channel / kBlock);
  if (buffer.form.storage == Storage::kFloat)
    return reinterpret_cast<const float*>(block)[channel % kBlock];
  const auto half = reinterpret_cast<const uint16_t*>(block)[channel % kBlock];
  return std::bit_cast<float>(static_cast<uint32_t>(half) << 16);
}

}  // namespace

void find_normal(const FrameWork& frame, const PackedLayer& packed, Workers* workers,
                 std::vector<float>& row_sums, Normal& normal) {
  const Layer& layer = packed.layer;
  const Value value = layer.inputs[0];
  const Buffer& buffer = (*frame.buffers)[value];
  const auto channels = normal.means.size();
  const Size size = buffer.size;
  row_sums.resize(2 * channels * static_cast<size_t>(size.height));
  // Numbers near these, the first pixel's, lose nothing when squares are subtracted.
  std::vector<float>& origins = normal.factors;
  for (size_t c = 0; c < channels; ++c) origins[c] = first_pixel(buffer, static_cast<int>(c));
  const auto row = [&](int y) {
    float* const sums = row_sums.data() + 2 * channels * static_cast<size_t>(y);
    frame.kernels->row_sums({.row = frame.buffers->row(value, y, 0),
                             .storage = buffer.form.storage,
                             .blocks = buffer.blocks,
                             .pixels = size.width,
                             .origins = origins.data(),
                             .sums = sums,
                             .squares = sums + channels});
  };
  run_all(workers, size.height, std::ref(row));
  const auto count = static_cast<double>(size.area());
  for (size_t c = 0; c < channels; ++c) {
    double sum = 0, squares = 0;
    for (size_t y = 0; y < static_cast<size_t>(size.height); ++y) {
      sum += row_sums[2 * channels * y + c];
      squares += row_sums[2 * channels * y + channels + c];
    }
    const double mean = sum / count, variance = std::max(squares / count - mean * mean, 0.0);
    const double weight = layer.weight.empty() ? 1 : c < layer.weight.size() ? layer.weight[c] : 0;
    normal.means[c] = static_cast<float>(origins[c] + mean);
    normal.factors[c] = static_cast<float>(weight / std::sqrt(variance + layer.normalise));
  }
}

}  // namespace gan::conv
