// SPDX-License-Identifier: LGPL-2.1-or-later
// What follows the convolution of a plan's layer (core/conv/plan.h): bias, activation, gate,
// additions.
#pragma once

#include <torch/torch.h>

#include "core/conv/plan.h"

namespace gan {

struct LayerEnd {
  torch::Tensor bias;  // {C} float; undefined: none
  conv::Activation activation = conv::Activation::kNone;
  torch::Tensor slopes;  // {1} or {C} float, for kSlope
  float slope_after = 1;

  struct Addend {
    torch::Tensor value;  // of the result's shape and type
    float scale = 1;      // of the result so far
  };
  struct Others {
    torch::Tensor gate;  // undefined: none
    std::vector<Addend> adds;
  };
  // Overwrites result, {1, C, H, W} in channels_last.
  void apply(torch::Tensor& result, const Others& others) const;
};

// The same in one pass, by a kernel of our own that is compiled on first use. False, with nothing
// done, where that cannot be: on another device than CUDA, in fp32, or without NVRTC.
bool end_in_one_pass(torch::Tensor& result, const LayerEnd& end, const LayerEnd::Others& others);

}  // namespace gan
