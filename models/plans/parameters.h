// SPDX-License-Identifier: LGPL-2.1-or-later
// What plans are made from.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/conv/plan.h"

namespace gan {

// A network's parameter by the name that it has in the module: its numbers, row by row.
using Parameters = std::function<std::vector<float>(const std::string& name)>;

// A convolution whose weight and bias are name.weight and name.bias.
inline conv::Layer named_conv(const Parameters& parameters, const std::string& name,
                              std::vector<conv::Value> inputs, int out_channels) {
  return {.inputs = std::move(inputs),
          .out_channels = out_channels,
          .weight = parameters(name + ".weight"),
          .bias = parameters(name + ".bias")};
}

}  // namespace gan
