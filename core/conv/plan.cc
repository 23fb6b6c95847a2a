// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/plan.h"

#include <algorithm>
#include <numeric>

#include "core/conv/kernels.h"
#include "core/error.h"

namespace gan::conv {
namespace {

constexpr auto kBroken = ErrorKind::kFailed;

Shape reduced(Shape shape) {
  const int common = std::gcd(shape.up, shape.down);
  return {shape.channels, shape.up / common, shape.down / common};
}

void check_addend(Value value, const Shape& result, const std::vector<Shape>& values) {
  check(value > kPicture && value < static_cast<Value>(values.size()), kBroken,
        "plan: what is added must have been made by a layer before, got value ", value);
  check(values[static_cast<size_t>(value)] == result, kBroken,
        "plan: what is added must have the result's shape");
}

void check_kernel(const Layer& layer) {
  const bool picture = layer.inputs[0] == kPicture, pass = layer.kernel == 0;
  const bool few = layer.out_channels <= kMostFewOutputs && layer.inputs.size() == 1;
  const bool large = layer.kernel == 5 || layer.kernel == 7 || layer.kernel == 9;
  check(
      pass || layer.kernel == 1 || layer.kernel == 3 || (large && (picture || few)), kBroken,
      "plan: kernel must be 0, 1 or 3, or of the picture or to at most 4 channels 5, 7 or 9, got ",
      layer.kernel);
  check(!layer.twice || (layer.kernel == 3 && layer.stride == 1), kBroken,
        "plan: a layer that reads at twice the side must have kernel 3 and stride 1");
  check(layer.stride == 1 || (layer.stride == 2 && layer.kernel == 3 && !picture), kBroken,
        "plan: stride must be 1, or 2 with kernel 3 and not of the picture, got ", layer.stride);
  check(layer.padding == Padding::kZero || (!layer.twice && layer.kernel < 9), kBroken,
        "plan: a layer of kernel 9 or that reads at twice the side must read zeros beyond");
  check(!pass || !picture, kBroken, "plan: the picture must not be passed on");
  check(!pass || layer.inputs.size() == 1 || layer.inputs.size() == 4, kBroken,
        "plan: a pass must have 1 or 4 inputs, got ", layer.inputs.size());
  check(layer.normalise == 0 || (pass && layer.inputs.size() == 1 && layer.normalise > 0), kBroken,
        "plan: a pass of one input alone can normalise");
  check(!pass || layer.inputs.size() == 1 || (layer.adds.empty() && layer.gate == kNoValue),
        kBroken, "plan: a pass that interleaves can add nothing");
}

void check_sizes(const Layer& layer, int in_channels) {
  const auto out = static_cast<size_t>(layer.out_channels);
  check(layer.out_channels >= 1, kBroken, "plan: out_channels must be at least 1, got ",
        layer.out_channels);
  const bool pass = layer.kernel == 0;
  check(!pass || layer.out_channels == in_channels, kBroken, "plan: a pass must keep its ",
        in_channels, " channels, got ", layer.out_channels);
  const size_t weights = !pass
                             ? out * static_cast<size_t>(in_channels * layer.kernel * layer.kernel)
                         : layer.normalise > 0 && !layer.weight.empty() ? out
                                                                        : 0;
  check(layer.weight.size() == weights, kBroken, "plan: a layer must have ", weights,
        " weights, got ", layer.weight.size());
  check(layer.bias.empty() || layer.bias.size() == out, kBroken, "plan: a layer must have ", out,
        " biases or none, got ", layer.bias.size());
  const bool slopes = layer.slopes.size() == 1 || layer.slopes.size() == out;
  check(layer.activation == Activation::kSlope ? slopes : layer.slopes.empty(), kBroken,
        "plan: slopes must be 1 or ", out, " with kSlope and none without, got ",
        layer.slopes.size());
}

// Whether all that convolve a value, and read beyond its edges, want the same there.
void check_paddings(const Plan& plan) {
  for (Value value = 1; value <= static_cast<Value>(plan.layers.size()); ++value) {
    const Layer* first = nullptr;
    for (const Layer& layer : plan.layers) {
      if (layer.kernel <= 1 || std::ranges::find(layer.inputs, value) == layer.inputs.end())
        continue;
      if (!first) first = &layer;
      check(layer.padding == first->padding, kBroken,
            "plan: all that read a value must have one padding, but not so value ", value);
    }
  }
}

// Whether every value but the result is read.
void check_read(const Plan& plan) {
  std::vector<bool> read(plan.layers.size() + 1);
  const auto mark = [&](Value value) {
    if (value >= 0 && value < static_cast<Value>(read.size()))
      read[static_cast<size_t>(value)] = true;
  };
  for (const Layer& layer : plan.layers) {
    for (const Value value : layer.inputs) mark(value);
    for (const Add& add : layer.adds) mark(add.value);
    mark(layer.gate);
  }
  for (size_t i = 0; i + 1 < read.size(); ++i)
    check(read[i], kBroken, "plan: every value must be read, but value ", i, " is not");
}

}  // namespace

Shape input_shape(const Layer& layer, const std::vector<Shape>& values) {
  check(!layer.inputs.empty(), kBroken, "plan: a layer must read something");
  Shape joined;
  for (const Value value : layer.inputs) {
    check(value >= 0 && value < static_cast<Value>(values.size()), kBroken,
          "plan: a layer must read what was made before it, got value ", value);
    check(value != kPicture || layer.inputs.size() == 1, kBroken,
          "plan: the picture must be read alone");
    const Shape& shape = values[static_cast<size_t>(value)];
    check(joined.channels == 0 || (joined.up == shape.up && joined.down == shape.down), kBroken,
          "plan: values read together must be of one size");
    const bool pass = layer.kernel == 0;
    check(!pass || joined.channels == 0 || joined.channels == shape.channels, kBroken,
          "plan: what is interleaved must have as many channels each");
    joined = {pass ? shape.channels : joined.channels + shape.channels, shape.up, shape.down};
  }
  const bool picture = layer.inputs[0] == kPicture;
  check(layer.unshuffle >= 1 && (picture || layer.unshuffle == 1), kBroken,
        "plan: the picture alone can be unshuffled, by 1 or more, got ", layer.unshuffle);
  check(!picture || !layer.twice, kBroken, "plan: the picture must not be read at twice the side");
  joined.channels *= layer.unshuffle * layer.unshuffle;
  joined.down *= layer.unshuffle * layer.stride;
  joined.up *= layer.twice || interleaves(layer) ? 2 : 1;
  return reduced(joined);
}

std::vector<Shape> shapes(const Plan& plan) {
  check(plan.in_channels >= 1 && !plan.layers.empty(), kBroken,
        "plan: it must have a channel and a layer");
  check(plan.subtract.empty() || plan.subtract.size() == static_cast<size_t>(plan.in_channels),
        kBroken, "plan: subtract must have ", plan.in_channels, " numbers or none, got ",
        plan.subtract.size());
  check_read(plan);
  check_paddings(plan);
  std::vector<Shape> values = {{plan.in_channels}};
  for (const Layer& layer : plan.layers) {
    Shape shape = input_shape(layer, values);
    check_kernel(layer);
    check_sizes(layer, shape.channels);
    shape.channels = layer.out_channels;
    check(layer.adds.size() <= 3, kBroken, "plan: a layer must add at most 3 values, got ",
          layer.adds.size());
    for (const Add& add : layer.adds) check_addend(add.value, shape, values);
    if (layer.gate != kNoValue) check_addend(layer.gate, shape, values);
    const bool last = &layer == &plan.layers.back();
    check(last || (layer.shuffle == 1 && !layer.add_picture), kBroken,
          "plan: the last layer alone can shuffle or add the picture");
    check(!last || !interleaves(layer), kBroken, "plan: the last layer must not interleave");
    const int square = layer.shuffle * layer.shuffle;
    check(layer.shuffle >= 1 && layer.out_channels % square == 0, kBroken,
          "plan: out_channels must be a multiple of ", square, " with shuffle=", layer.shuffle,
          ", got ", layer.out_channels);
    shape.channels /= square;
    shape.up *= layer.shuffle;
    values.push_back(reduced(shape));
    check(!layer.add_picture ||
              (values.back().down == 1 &&
               (values.back().channels == plan.in_channels || plan.in_channels == 1)),
          kBroken,
          "plan: the picture added must have the result's channels or one, and not be larger");
  }
  return values;
}

int size_multiple(const std::vector<Shape>& values) {
  int multiple = 1;
  for (const Shape& shape : values) multiple = std::lcm(multiple, shape.down);
  return multiple;
}

int size_multiple(const Plan& plan) { return size_multiple(shapes(plan)); }

int reach(const Plan& plan, const std::vector<Shape>& values, const Around& around) {
  // Pixels of the frame within which each value's pixels see the picture.
  std::vector<double> seen(values.size());
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    const Layer& layer = plan.layers[i];
    if (layer.normalise > 0) return kWhole;
    const Shape& read = values[static_cast<size_t>(layer.inputs[0])];
    const double pixel = static_cast<double>(read.down * layer.unshuffle) / read.up;
    double& most = seen[i + 1];
    for (const Value value : layer.inputs) most = std::max(most, seen[static_cast<size_t>(value)]);
    most += around(i) * pixel / (layer.twice ? 2 : 1) + layer.unshuffle - 1;
    for (const Add& add : layer.adds) most = std::max(most, seen[static_cast<size_t>(add.value)]);
    if (layer.gate != kNoValue) most = std::max(most, seen[static_cast<size_t>(layer.gate)]);
  }
  return static_cast<int>(seen.back() + 0.999);
}

int reach(const Plan& plan) {
  return reach(plan, shapes(plan), [&](size_t i) { return plan.layers[i].kernel / 2; });
}

double flops(const Plan& plan, Size frame) {
  const std::vector<Shape> values = shapes(plan);
  double sum = 0;
  for (const Layer& layer : plan.layers) {
    if (layer.kernel == 0) continue;
    const Shape in = input_shape(layer, values);
    sum +=
        2.0 * static_cast<double>(layer.weight.size()) * static_cast<double>(in.of(frame).area());
  }
  return sum;
}

}  // namespace gan::conv
