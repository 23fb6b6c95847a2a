// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/simple.h"

#include <cmath>

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
        const int row = y + i - k / 2, column = x + j - k / 2;
        if (row >= 0 && row < in.size.height && column >= 0 && column < in.size.width)
          sum += static_cast<double>(*weight) * in.at(c, row, column);
      }
  return sum;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double activated(const Layer& layer, int channel, double x) {
  if (layer.activation == Activation::kSilu) return x * sigmoid(x);
  if (layer.activation == Activation::kNone || x > 0) return x;
  return x * layer.slopes[layer.slopes.size() == 1 ? 0 : static_cast<size_t>(channel)];
}

Channels run_layer(const Layer& layer, const std::vector<Channels>& values) {
  const Channels in = read(layer, values);
  Channels out(layer.out_channels, in.size);
  for (int c = 0; c < out.channels; ++c)
    for (int y = 0; y < out.size.height; ++y)
      for (int x = 0; x < out.size.width; ++x) {
        double result = activated(layer, c, convolved(layer, in, c, y, x));
        if (layer.gate != kNoValue)
          result = (result + values[static_cast<size_t>(layer.gate)].at(c, y, x)) *
                   (sigmoid(result) - 0.5);
        for (const Add& add : layer.adds)
          result = values[static_cast<size_t>(add.value)].at(c, y, x) +
                   static_cast<double>(add.scale) * result;
        out.at(c, y, x) = static_cast<float>(result);
      }
  return out;
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
  shapes(plan);
  check(picture.channels == plan.in_channels && picture.size.width % multiple == 0 &&
            picture.size.height % multiple == 0,
        ErrorKind::kFailed, "plan: the picture must have ", plan.in_channels,
        " channels and sides that are multiples of ", multiple);
  std::vector<Channels> values = {seen(plan, picture)};
  for (const Layer& layer : plan.layers) values.push_back(run_layer(layer, values));
  const Layer& last = plan.layers.back();
  Channels out = shuffled(values.back(), last.shuffle);
  const int scale = out.size.width / picture.size.width;
  if (last.add_picture)
    for (int c = 0; c < out.channels; ++c)
      for (int y = 0; y < out.size.height; ++y)
        for (int x = 0; x < out.size.width; ++x)
          out.at(c, y, x) += picture.at(picture.channels == 1 ? 0 : c, y / scale, x / scale);
  return out;
}

}  // namespace gan::conv
