// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "core/error.h"
#include "training/export/onnx_builder.h"

namespace gan::training {
namespace {

using Builder = OnnxBuilder;
using Op = TracedOperator;
using Axes = std::vector<int64_t>;

// One number for all axes, or one each.
Axes spread(Axes values, size_t axes, int64_t otherwise) {
  if (values.empty()) values = {otherwise};
  if (values.size() == 1) values.resize(axes, values[0]);
  return values;
}

// As many before as after.
Axes both_sides(Axes pads) {
  pads.insert(pads.end(), pads.begin(), pads.end());
  return pads;
}

Builder::Names layer_inputs(Builder& b, const Op& op) {
  Builder::Names inputs = {b.name(op.tensor(0)), b.name(op.tensor(1))};
  if (op.tensor(2).defined()) inputs.push_back(b.name(op.tensor(2)));
  return inputs;
}

// conv(x, weight, bias, stride, padding, dilation, groups)
void conv(Builder& b, const Op& op) {
  const size_t axes = op.shape().size() - 2;
  if (op.has(4) && op.arguments[4].isString()) return b.refuse("a convolution padded by a word");
  b.bind(op.results[0], b.add("Conv", layer_inputs(b, op),
                              {{"strides", spread(op.integers(3), axes, 1)},
                               {"pads", both_sides(spread(op.integers(4), axes, 0))},
                               {"dilations", spread(op.integers(5), axes, 1)},
                               {"group", op.integer(6, 1)}}));
}

// conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation)
void conv_transpose(Builder& b, const Op& op) {
  const size_t axes = op.shape().size() - 2;
  b.bind(op.results[0], b.add("ConvTranspose", layer_inputs(b, op),
                              {{"strides", spread(op.integers(3), axes, 1)},
                               {"pads", both_sides(spread(op.integers(4), axes, 0))},
                               {"output_padding", spread(op.integers(5), axes, 0)},
                               {"dilations", spread(op.integers(7), axes, 1)},
                               {"group", op.integer(6, 1)}}));
}

// A scale or shift by channel; where there is none, a constant.
std::string by_channel(Builder& b, const Op& op, size_t place, double otherwise) {
  const Traced tensor = op.tensor(place);
  return tensor.defined() ? b.name(tensor) : b.constant(torch::full({op.shape()[1]}, otherwise));
}

// x normalised, times scale plus shift, which are {C} or none.
std::string scaled_and_shifted(Builder& b, const Op& op, std::string x,
                               std::array<size_t, 2> places) {
  Axes axes;
  for (int64_t axis = 1; axis + 1 < static_cast<int64_t>(op.shape().size()); ++axis)
    axes.push_back(axis);
  for (size_t i = 0; i < 2; ++i)
    if (op.tensor(places[i]).defined()) {
      const std::string by = b.add("Unsqueeze", {b.name(op.tensor(places[i])), b.integers(axes)});
      x = b.add(i == 0 ? "Mul" : "Add", {x, by});
    }
  return x;
}

// batch_norm(x, scale, shift, mean, variance, by the batch, momentum, epsilon, ..)
void batch_norm(Builder& b, const Op& op) {
  const auto epsilon = op.number(7, 1e-5);
  if (!op.flag(5)) {
    b.bind(op.results[0],
           b.add("BatchNormalization",
                 {b.name(op.tensor(0)), by_channel(b, op, 1, 1), by_channel(b, op, 2, 0),
                  by_channel(b, op, 3, 0), by_channel(b, op, 4, 1)},
                 {{"epsilon", static_cast<float>(epsilon)}}));
    return;
  }
  Axes axes = {0};
  for (int64_t axis = 2; axis < static_cast<int64_t>(op.shape().size()); ++axis)
    axes.push_back(axis);
  const auto mean = [&](const std::string& x) {
    return b.add("ReduceMean", {x}, {{"axes", axes}, {"keepdims", int64_t{1}}});
  };
  const std::string x = b.name(op.tensor(0)), off = b.add("Sub", {x, mean(x)}),
                    variance = mean(b.add("Mul", {off, off})),
                    deviation = b.add("Sqrt", {b.add("Add", {variance, b.number(epsilon)})});
  b.bind(op.results[0], scaled_and_shifted(b, op, b.add("Div", {off, deviation}), {1, 2}));
}

// instance_norm(x, scale, shift, mean, variance, by the instance, momentum, epsilon, ..)
void instance_norm(Builder& b, const Op& op) {
  if (!op.flag(5)) return b.refuse("instance norm by running statistics");
  b.bind(op.results[0],
         b.add("InstanceNormalization",
               {b.name(op.tensor(0)), by_channel(b, op, 1, 1), by_channel(b, op, 2, 0)},
               {{"epsilon", static_cast<float>(op.number(7, 1e-5))}}));
}

// group_norm(x, groups, scale, shift, epsilon, ..): a norm of groups as if they were channels
void group_norm(Builder& b, const Op& op) {
  const int64_t groups = op.integer(1);
  const std::string x = b.name(op.tensor(0)),
                    parts = b.add("Reshape", {x, b.integers({0, groups, -1})}),
                    normed = b.add("InstanceNormalization",
                                   {parts, b.constant(torch::ones({groups})),
                                    b.constant(torch::zeros({groups}))},
                                   {{"epsilon", static_cast<float>(op.number(4, 1e-5))}}),
                    whole = b.add("Reshape", {normed, b.add("Shape", {x})});
  b.bind(op.results[0], scaled_and_shifted(b, op, whole, {2, 3}));
}

// layer_norm(x, normalised sides, scale, shift, epsilon, ..)
void layer_norm_of(Builder& b, const Op& op) {
  if (!op.tensor(2).defined()) return b.refuse("layer norm without scales");
  Builder::Names inputs = {b.name(op.tensor(0)), b.name(op.tensor(2))};
  if (op.tensor(3).defined()) inputs.push_back(b.name(op.tensor(3)));
  b.bind(op.results[0], b.add("LayerNormalization", inputs,
                              {{"axis", -static_cast<int64_t>(op.integers(1).size())},
                               {"epsilon", static_cast<float>(op.number(4, 1e-5))}}));
}

// pool(x, kernel, stride, padding, ..)
OnnxBuilder::Attributes window(const Op& op) {
  const auto kernel = spread(op.integers(1), 2, 1);
  const auto stride = op.integers(2);
  return {{"kernel_shape", kernel},
          {"strides", stride.empty() ? kernel : spread(stride, 2, 1)},
          {"pads", both_sides(spread(op.integers(3), 2, 0))}};
}

// max_pool2d(.., dilation, upward)
void max_pool(Builder& b, const Op& op) {
  auto attributes = window(op);
  attributes.push_back({"dilations", spread(op.integers(4), 2, 1)});
  attributes.push_back({"ceil_mode", int64_t{op.flag(5)}});
  b.bind(op.results[0], b.add("MaxPool", {b.name(op.tensor(0))}, attributes));
}

// avg_pool2d(.., upward, counts the padding, divisor)
void avg_pool(Builder& b, const Op& op) {
  if (op.has(6)) return b.refuse("average pooling with a divisor");
  auto attributes = window(op);
  attributes.push_back({"ceil_mode", int64_t{op.flag(4)}});
  attributes.push_back({"count_include_pad", int64_t{op.flag(5)}});
  b.bind(op.results[0], b.add("AveragePool", {b.name(op.tensor(0))}, attributes));
}

// Maxima of cells along an axis: the places of each, of which the last is repeated where a cell has
// fewer than others.
std::string maxima(Builder& b, const std::string& x, int64_t axis, Axes length_and_cells) {
  const int64_t length = length_and_cells[0], cells = length_and_cells[1];
  const auto begin = [&](int64_t cell) { return cell * length / cells; };
  const auto end = [&](int64_t cell) { return ((cell + 1) * length + cells - 1) / cells; };
  int64_t widest = 0;
  for (int64_t cell = 0; cell < cells; ++cell) widest = std::max(widest, end(cell) - begin(cell));
  Axes places;
  for (int64_t cell = 0; cell < cells; ++cell)
    for (int64_t i = 0; i < widest; ++i) places.push_back(std::min(begin(cell) + i, end(cell) - 1));
  const std::string index = b.constant(torch::tensor(places).view({cells, widest}));
  return b.add("ReduceMax", {b.add("Gather", {x, index}, {{"axis", axis}})},
               {{"axes", Axes{axis + 1}}, {"keepdims", int64_t{0}}});
}

// pool(x, cells): cells of one size where they are so.
void adaptive_pool(Builder& b, const Op& op, bool largest) {
  const auto cells = spread(op.integers(1), 2, 1);
  const int64_t height = op.shape()[2], width = op.shape()[3];
  const std::string x = b.name(op.tensor(0));
  if (cells == Axes{1, 1})
    return b.bind(op.results[0], b.add(largest ? "GlobalMaxPool" : "GlobalAveragePool", {x}));
  if (height % cells[0] == 0 && width % cells[1] == 0) {
    const Axes cell = {height / cells[0], width / cells[1]};
    return b.bind(op.results[0], b.add(largest ? "MaxPool" : "AveragePool", {x},
                                       {{"kernel_shape", cell}, {"strides", cell}}));
  }
  if (!largest) return b.refuse("averages of cells of several sizes");
  b.bind(op.results[0], maxima(b, maxima(b, x, 2, {height, cells[0]}), 3, {width, cells[1]}));
}
void adaptive_max_pool(Builder& b, const Op& op) { adaptive_pool(b, op, true); }
void adaptive_avg_pool(Builder& b, const Op& op) { adaptive_pool(b, op, false); }

// By whole factors where they are; to a size of its own otherwise.
void resize(Builder& b, const Op& op, OnnxBuilder::Attributes attributes) {
  const auto &from = op.shape(), &to = op.results[0].shape;
  Builder::Names inputs = {b.name(op.tensor(0)), ""};
  if (to[2] % from[2] == 0 && to[3] % from[3] == 0) {
    const auto factor = [&](size_t axis) { return static_cast<float>(to[axis] / from[axis]); };
    inputs.push_back(b.constant(torch::tensor({1.0F, 1.0F, factor(2), factor(3)})));
  } else {
    inputs.push_back("");
    inputs.push_back(b.integers(to));
  }
  b.bind(op.results[0], b.add("Resize", inputs, std::move(attributes)));
}

void nearest(Builder& b, const Op& op) {
  resize(b, op,
         {{"mode", std::string("nearest")},
          {"coordinate_transformation_mode", std::string("asymmetric")},
          {"nearest_mode", std::string("floor")}});
}

std::string corners(const Op& op) { return op.flag(2) ? "align_corners" : "half_pixel"; }

void bilinear(Builder& b, const Op& op) {
  resize(b, op, {{"mode", std::string("linear")}, {"coordinate_transformation_mode", corners(op)}});
}
void bicubic(Builder& b, const Op& op) {
  resize(b, op,
         {{"mode", std::string("cubic")},
          {"coordinate_transformation_mode", corners(op)},
          {"cubic_coeff_a", -0.75F}});
}

// grid_sampler(x, places, 0 bilinear 1 nearest 2 bicubic, 0 zeros 1 border 2 reflection, corners)
void grid_sampler(Builder& b, const Op& op) {
  static constexpr const char* kModes[] = {"bilinear", "nearest", "bicubic"};
  static constexpr const char* kBorders[] = {"zeros", "border", "reflection"};
  b.bind(op.results[0], b.add("GridSample", {b.name(op.tensor(0)), b.name(op.tensor(1))},
                              {{"mode", std::string(kModes[op.integer(2)])},
                               {"padding_mode", std::string(kBorders[op.integer(3)])},
                               {"align_corners", int64_t{op.flag(4)}}}));
}

constexpr OnnxOperator kLayers[] = {
    {"adaptive_avg_pool2d", adaptive_avg_pool},
    {"adaptive_max_pool2d", adaptive_max_pool},
    {"avg_pool2d", avg_pool},
    {"batch_norm", batch_norm},
    {"conv1d", conv},
    {"conv2d", conv},
    {"conv_transpose2d", conv_transpose},
    {"grid_sampler", grid_sampler},
    {"group_norm", group_norm},
    {"instance_norm", instance_norm},
    {"layer_norm", layer_norm_of},
    {"max_pool2d", max_pool},
    {"upsample_bicubic2d", bicubic},
    {"upsample_bilinear2d", bilinear},
    {"upsample_nearest2d", nearest},
};

}  // namespace

std::span<const OnnxOperator> onnx_layers() { return kLayers; }

}  // namespace gan::training
