// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/simple.h"

#include <cmath>
#include <span>

#include "core/error.h"

namespace gan::conv {
namespace {

// What a layer convolves, as one stack.
Channels read(const Layer& layer, const std::vector<Channels>& values) {
  const int r = layer.unshuffle, up = layer.twice ? 2 : 1;
  int channels = 0;
  for (const Value value : layer.inputs) channels += values[static_cast<size_t>(value)].channels;
  const Size size = values[static_cast<size_t>(layer.inputs[0])].size;
  Channels all(channels * r * r, {size.width / r * up, size.height / r * up});
  int channel = 0;
  for (const Value value : layer.inputs) {
    const Channels& one = values[static_cast<size_t>(value)];
    for (int c = 0; c < one.channels; ++c)
      for (int part = 0; part < r * r; ++part, ++channel)
        for (int y = 0; y < all.size.height; ++y)
          for (int x = 0; x < all.size.width; ++x)
            all.at(channel, y, x) = one.at(c, y / up * r + part / r, x / up * r + part % r);
  }
  return all;
}

double convolved(const Layer& layer, const Channels& in, int out, int y, int x) {
  const int k = layer.kernel;
  const size_t size = static_cast<size_t>(in.channels * k * k);
  const float* weight = layer.weight.data() + static_cast<size_t>(out) * size;
  double sum = layer.bias.empty() ? 0 : layer.bias[static_cast<size_t>(out)];
  for (int c = 0; c < in.channels; ++c)
    for (int i = 0; i < k; ++i)
      for (int j = 0; j < k; ++j, ++weight) {
        const int row = place_of(y * layer.stride + i - k / 2, in.size.height, layer.padding),
                  column = place_of(x * layer.stride + j - k / 2, in.size.width, layer.padding);
        if (row >= 0 && column >= 0) sum += static_cast<double>(*weight) * in.at(c, row, column);
      }
  return sum;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double activated(const Layer& layer, int channel, double x) {
  if (layer.activation == Activation::kSilu) return x * sigmoid(x);
  if (layer.activation == Activation::kTanh) return std::tanh(x);
  if (layer.activation == Activation::kNone || x > 0) return x;
  return x * layer.slopes[layer.slopes.size() == 1 ? 0 : static_cast<size_t>(channel)];
}

// What a pass does with each channel: (x - mean) * factor + shift.
struct Affine {
  double mean = 0, factor = 1, shift = 0;
};
Affine affine_of(const Layer& layer, const Channels& in, int channel) {
  Affine affine;
  const auto c = static_cast<size_t>(channel);
  if (!layer.bias.empty()) affine.shift = layer.bias[c];
  if (layer.normalise == 0) return affine;
  const auto pixels = static_cast<size_t>(in.size.area());
  const std::span<const float> values(in.values.data() + c * pixels, pixels);
  for (const float value : values) affine.mean += value / static_cast<double>(pixels);
  double variance = 0;
  for (const float value : values)
    variance += (value - affine.mean) * (value - affine.mean) / static_cast<double>(pixels);
  affine.factor =
      (layer.weight.empty() ? 1 : layer.weight[c]) / std::sqrt(variance + layer.normalise);
  return affine;
}

double added(const Layer& layer, const std::vector<Channels>& values, int c, int y, int x,
             double result) {
  if (layer.gate != kNoValue)
    result =
        (result + values[static_cast<size_t>(layer.gate)].at(c, y, x)) * (sigmoid(result) - 0.5);
  for (const Add& add : layer.adds)
    result = values[static_cast<size_t>(add.value)].at(c, y, x) +
             static_cast<double>(add.scale) * result;
  return result > 0 ? result : result * layer.slope_after;
}

// result(channel, y, x) before the activation.
template <class Result>
Channels each(const Layer& layer, const std::vector<Channels>& values, Size size,
              const Result& result) {
  Channels out(layer.out_channels, size);
  for (int c = 0; c < out.channels; ++c)
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x)
        out.at(c, y, x) =
            static_cast<float>(added(layer, values, c, y, x, activated(layer, c, result(c, y, x))));
  return out;
}

Channels pass(const Layer& layer, const std::vector<Channels>& values) {
  const Channels& in = values[static_cast<size_t>(layer.inputs[0])];
  std::vector<Affine> affine;
  for (int c = 0; c < in.channels; ++c) affine.push_back(affine_of(layer, in, c));
  const auto result = [&](int c, double value) {
    const auto& [mean, factor, shift] = affine[static_cast<size_t>(c)];
    return (value - mean) * factor + shift;
  };
  if (!interleaves(layer))
    return each(layer, values, in.size,
                [&](int c, int y, int x) { return result(c, in.at(c, y, x)); });
  return each(layer, values, scaled(in.size, 2), [&](int c, int y, int x) {
    const Value from = layer.inputs[static_cast<size_t>(y % 2 * 2 + x % 2)];
    return result(c, values[static_cast<size_t>(from)].at(c, y / 2, x / 2));
  });
}

Channels run_layer(const Layer& layer, const std::vector<Channels>& values) {
  if (layer.kernel == 0) return pass(layer, values);
  const Channels in = read(layer, values);
  return each(layer, values, {in.size.width / layer.stride, in.size.height / layer.stride},
              [&](int c, int y, int x) { return convolved(layer, in, c, y, x); });
}

Channels seen(const Plan& plan, Channels picture) {
  const auto pixels = static_cast<size_t>(picture.size.area());
  for (size_t i = 0; i < picture.values.size(); ++i) {
    float& value = picture.values[i];
    value = (plan.subtract.empty() ? value : value - plan.subtract[i / pixels]) * plan.multiply;
  }
  return picture;
}

Channels shuffled(const Channels& in, int r) {
  Channels out(in.channels / (r * r), scaled(in.size, r));
  for (int c = 0; c < in.channels; ++c)
    for (int y = 0; y < in.size.height; ++y)
      for (int x = 0; x < in.size.width; ++x)
        out.at(c / (r * r), y * r + c / r % r, x * r + c % r) = in.at(c, y, x);
  return out;
}

}  // namespace

Channels run_simple(const Plan& plan, const Channels& picture) {
  const int multiple = size_multiple(plan);
  check(picture.channels == plan.in_channels && picture.size.width % multiple == 0 &&
            picture.size.height % multiple == 0,
        ErrorKind::kFailed, "plan: the picture must have ", plan.in_channels,
        " channels and sides that are multiples of ", multiple);
  std::vector<Channels> values = {seen(plan, picture)};
  for (const Layer& layer : plan.layers) values.push_back(run_layer(layer, values));
  const Layer& last = plan.layers.back();
  Channels out = shuffled(values.back(), last.shuffle);
  const int scale = out.size.width / picture.size.width;
  for (float& value : out.values) value = value * plan.result_multiply + plan.result_add;
  if (last.add_picture)
    for (int c = 0; c < out.channels; ++c)
      for (int y = 0; y < out.size.height; ++y)
        for (int x = 0; x < out.size.width; ++x)
          out.at(c, y, x) += picture.at(picture.channels == 1 ? 0 : c, y / scale, x / scale);
  return out;
}

}  // namespace gan::conv
