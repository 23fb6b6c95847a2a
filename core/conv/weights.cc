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

// G g G^T, row after row.
template <int kSide>
void to_points(const double (&points)[kSide][3], const float* kernel, float* out) {
  double half[kSide][3];
  for (int i = 0; i < kSide; ++i)
    for (int x = 0; x < 3; ++x)
      half[i][x] =
          points[i][0] * kernel[x] + points[i][1] * kernel[3 + x] + points[i][2] * kernel[6 + x];
  for (int i = 0; i < kSide; ++i)
    for (int j = 0; j < kSide; ++j)
      *out++ = static_cast<float>(half[i][0] * points[j][0] + half[i][1] * points[j][1] +
                                  half[i][2] * points[j][2]);
}

// A kernel's element of each matrix.
void elements_of(Method method, const float* kernel, float* out) {
  switch (method) {
    case Method::kWinograd4: return to_points(kPoints4, kernel, out);
    case Method::kWinograd2: return to_points(kPoints2, kernel, out);
    default: *out = kernel[0];
  }
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

// Row k of a panel's matrix: of so many outputs.
void put_row(Weights& w, int panel, int matrix, int k, const float* values, int outputs) {
  const ptrdiff_t begin = panel * w.panel_size() + matrix * w.matrix_size();
  if (w.factors == Storage::kFloat) {
    std::copy_n(values, outputs, reinterpret_cast<float*>(w.right.data()) + begin + k * kBlock);
    return;
  }
  auto* const pairs = reinterpret_cast<uint16_t*>(w.right.data()) + begin + k / 2 * kBlock * 2;
  for (int o = 0; o < outputs; ++o) pairs[o * 2 + k % 2] = to_bf16(values[o]);
}

void pack_matrices(const Layer& layer, const std::vector<int>& place, Weights& w) {
  const int matrices = matrices_of(w.method);
  const auto taps = static_cast<size_t>(layer.kernel * layer.kernel);
  float elements[36], rows[36][kBlock];
  for (int panel = 0; panel < w.panels; ++panel) {
    const int outputs = std::min(kBlock, layer.out_channels - panel * kBlock);
    for (size_t c = 0; c < place.size(); ++c) {
      for (int o = 0; o < outputs; ++o) {
        const auto output = static_cast<size_t>(panel * kBlock + o);
        elements_of(w.method, layer.weight.data() + (output * place.size() + c) * taps, elements);
        for (int i = 0; i < matrices; ++i) rows[i][o] = elements[i];
      }
      for (int i = 0; i < matrices; ++i) put_row(w, panel, i, place[c], rows[i], outputs);
    }
  }
}

// A tap's rows follow those of the tap before.
void pack_taps(const Layer& layer, const std::vector<int>& place, Weights& w) {
  const int taps = layer.kernel * layer.kernel, inputs = static_cast<int>(place.size());
  for (int panel = 0; panel < w.panels; ++panel) {
    const int outputs = std::min(kBlock, layer.out_channels - panel * kBlock);
    for (int c = 0; c < inputs; ++c)
      for (int tap = 0; tap < taps; ++tap) {
        float row[kBlock];
        for (int o = 0; o < outputs; ++o)
          row[o] =
              layer.weight[static_cast<size_t>(((panel * kBlock + o) * inputs + c) * taps + tap)];
        put_row(w, panel, 0, tap * w.input_blocks * kBlock + place[static_cast<size_t>(c)], row,
                outputs);
      }
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
  const int taps = layer.kernel * layer.kernel;
  for (int o = 0; o < layer.out_channels; ++o)
    for (const int at : place)
      for (int tap = 0; tap < taps; ++tap)
        right[((at / kBlock * taps + tap) * layer.out_channels + o) * kBlock + at % kBlock] =
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
  const int taps = layer.kernel * layer.kernel;
  if (method == Method::kFewOutputs) {
    w.right = Memory(static_cast<size_t>(w.input_blocks * taps * layer.out_channels * kBlock) *
                     sizeof(float));
    pack_few(layer, place, w);
    return w;
  }
  w.segments = w.input_blocks * (method == Method::kTaps ? taps : 1);
  w.length = kBlock;
  if (method == Method::kPass) return w;
  w.right = Memory(static_cast<size_t>(w.panels * w.panel_size()) * bytes_of(factors));
  method == Method::kTaps ? pack_taps(layer, place, w) : pack_matrices(layer, place, w);
  return w;
}

}  // namespace gan::conv
