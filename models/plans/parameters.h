// SPDX-License-Identifier: LGPL-2.1-or-later
// What plans are made from.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/conv/plan.h"

namespace gan {

// A network's parameter by the name and of the shape that it has in the module: its numbers, row by
// row, or none where only names and shapes are asked for.
using Parameters =
    std::function<std::vector<float>(const std::string& name, const std::vector<int64_t>& shape)>;

// The code that chooses among a network's results; empty: none, or zeros.
using Code = std::vector<float>;

struct ConvChannels {
  int in, out;
};

// A convolution whose weight and bias are name.weight and name.bias.
inline conv::Layer named_conv(const Parameters& parameters, const std::string& name,
                              std::vector<conv::Value> inputs, ConvChannels channels,
                              int kernel = 3) {
  return {.inputs = std::move(inputs),
          .kernel = kernel,
          .out_channels = channels.out,
          .weight = parameters(name + ".weight", {channels.out, channels.in, kernel, kernel}),
          .bias = parameters(name + ".bias", {channels.out})};
}

// A convolution that only has name.weight.
inline conv::Layer bare_conv(const Parameters& parameters, const std::string& name,
                             std::vector<conv::Value> inputs, ConvChannels channels,
                             int kernel = 3) {
  return {.inputs = std::move(inputs),
          .kernel = kernel,
          .out_channels = channels.out,
          .weight = parameters(name + ".weight", {channels.out, channels.in, kernel, kernel})};
}

inline conv::Layer sloped(conv::Layer layer, float slope) {
  layer.activation = conv::Activation::kSlope;
  layer.slopes = {slope};
  return layer;
}

// Where a residual network's last convolution ends, the picture is added; another's goes through
// tanh, times multiply plus add.
inline void end_at_picture(conv::Plan& plan, bool residual, float multiply, float add) {
  conv::Layer& last = plan.layers.back();
  if (residual)
    last.add_picture = true;
  else
    last.activation = conv::Activation::kTanh;
  plan.result_multiply = multiply;
  plan.result_add = residual ? 0 : add;
}

// Appends a layer; what it makes.
inline conv::Value push(conv::Plan& plan, conv::Layer layer) {
  plan.layers.push_back(std::move(layer));
  return static_cast<conv::Value>(plan.layers.size());
}

}  // namespace gan
