// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"

namespace gan {

// Two linear layers; between them a depthwise convolution of what the first gives is added to it.
class ConvMlpImpl : public torch::nn::Module {
 public:
  ConvMlpImpl(int64_t features, int64_t hidden, int64_t kernel) {
    fc1_ = register_module("fc1", torch::nn::Linear(features, hidden));
    const auto outer = std::make_shared<Module>(), inner = std::make_shared<Module>();
    depthwise_ = inner->register_module(
        "0", make_conv({.in = hidden, .out = hidden, .kernel = kernel, .groups = hidden}));
    outer->register_module("depthwise_conv", inner);
    register_module("dwconv", outer);
    fc2_ = register_module("fc2", torch::nn::Linear(hidden, features));
  }
  // {N, H, W, C}
  torch::Tensor forward(const torch::Tensor& x) {
    const auto wide = at::gelu(fc1_(x));
    const auto local = at::gelu(depthwise_(wide.permute({0, 3, 1, 2}))).permute({0, 2, 3, 1});
    return fc2_(wide + local);
  }

 private:
  torch::nn::Linear fc1_{nullptr}, fc2_{nullptr};
  Conv depthwise_{nullptr};
};
TORCH_MODULE(ConvMlp);

}  // namespace gan
