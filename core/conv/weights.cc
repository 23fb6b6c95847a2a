// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/weights.h"

#include <algorithm>
#include <bit>

namespace gan::conv {
namespace {

// Winograd's G: a kernel's three taps at the points 0, 1, -1, 2, -2, infinity or 0, 1, -1,
// infinity.
constexpr double kPoints4[6][3] = {{1 / 4., 0, 0},
                                   {-1 / 6., -1 / 6., -1 / 6.},
                                   {-1 / 6., 1 / 6., -1 / 6.},
                                   {1 / 24., 1 / 12., 1 / 6.},
                                   {1 / 24., -1 / 12., 1 / 6.},
                                   {0, 0, 1}};
constexpr double kPoints2[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};

// Element (i, j) of G g G^T.
double at_points(Method method, const float* kernel, int i, int j) {
  if (method == Method::kPoint) return kernel[0];
  const double* row = method == Method::kWinograd4 ? kPoints4[i] : kPoints2[i];
  const double* column = method == Method::kWinograd4 ? kPoints4[j] : kPoints2[j];
  double sum = 0;
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 3; ++x) sum += row[y] * kernel[y * 3 + x] * column[x];
  return sum;
}

uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Where each input channel stands among blocks, each input beginning a block of its own.
std::vector<int> places(const std::vector<int>& channels) {
  std::vector<int> all;
  int block = 0;
  for (const int count : channels) {
    for (int c = 0; c < count; ++c) all.push_back(block * kBlock + c);
    block += (count + kBlock - 1) / kBlock;
  }
  return all;
}

void pack_matrices(const Layer& layer, const std::vector<int>& place, Weights& w) {
  const int n = tile_in(w.method), taps = layer.kernel * layer.kernel;
  for (int o = 0; o < layer.out_channels; ++o)
    for (size_t c = 0; c < place.size(); ++c)
      for (int i = 0; i < n * n; ++i) {
        const float* kernel = layer.weight.data() + (static_cast<size_t>(o) * place.size() + c) *
                                                        static_cast<size_t>(taps);
        const auto value = static_cast<float>(at_points(w.method, kernel, i / n, i % n));
        const ptrdiff_t matrix = o / kBlock * w.panel_size() + i * w.matrix_size();
        const int k = place[c], column = o % kBlock;
        if (w.factors == Storage::kFloat)
          reinterpret_cast<float*>(w.right.data())[matrix + k * kBlock + column] = value;
        else
          reinterpret_cast<uint16_t*>(
              w.right.data())[matrix + (k / 2 * kBlock + column) * 2 + k % 2] = to_bf16(value);
      }
}

void pack_rows(const Layer& layer, int channels, Weights& w) {
  const int size = layer.kernel;
  auto* right = reinterpret_cast<float*>(w.right.data());
  const float* weight = layer.weight.data();
  for (int o = 0; o < layer.out_channels; ++o)
    for (int c = 0; c < channels; ++c)
      for (int tap = 0; tap < size * size; ++tap)
        right[o / kBlock * w.panel_size() + (tap * channels + c) * kBlock + o % kBlock] = *weight++;
}

void pack_few(const Layer& layer, const std::vector<int>& place, Weights& w) {
  auto* right = reinterpret_cast<float*>(w.right.data());
  const float* weight = layer.weight.data();
  for (int o = 0; o < layer.out_channels; ++o)
    for (const int at : place)
      for (int tap = 0; tap < 9; ++tap)
        right[((at / kBlock * 9 + tap) * layer.out_channels + o) * kBlock + at % kBlock] =
            *weight++;
}

}  // namespace

Weights pack(const Layer& layer, const std::vector<int>& channels, Method method, Storage factors) {
  Weights w;
  w.method = method;
  w.factors = factors;
  w.panels = (layer.out_channels + kBlock - 1) / kBlock;
  const auto outputs = static_cast<size_t>(w.panels * kBlock);
  w.bias.assign(outputs, 0);
  std::copy(layer.bias.begin(), layer.bias.end(), w.bias.begin());
  w.slopes.assign(outputs, layer.activation == Activation::kSlope ? layer.slopes[0] : 1);
  if (layer.slopes.size() > 1)
    std::copy(layer.slopes.begin(), layer.slopes.end(), w.slopes.begin());

  if (method == Method::kPictureRows) {
    const int joined = channels[0] * layer.unshuffle * layer.unshuffle;
    w.segments = layer.kernel;
    w.length = layer.kernel * joined;
    w.right = Memory(static_cast<size_t>(w.panels * w.panel_size()) * sizeof(float));
    pack_rows(layer, joined, w);
    return w;
  }
  const std::vector<int> place = places(channels);
  w.input_blocks = place.back() / kBlock + 1;
  if (method == Method::kFewOutputs) {
    w.right = Memory(static_cast<size_t>(w.input_blocks * 9 * layer.out_channels * kBlock) *
                     sizeof(float));
    pack_few(layer, place, w);
    return w;
  }
  w.segments = w.input_blocks;
  w.length = kBlock;
  w.right = Memory(static_cast<size_t>(w.panels * w.panel_size()) * bytes_of(factors));
  pack_matrices(layer, place, w);
  return w;
}

}  // namespace gan::conv
