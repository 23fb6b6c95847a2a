// SPDX-License-Identifier: LGPL-2.1-or-later
// A plan (core/conv/plan.h) on a device: for each layer a convolution of LibTorch's, and one pass
// over its result for all that follows it.
#pragma once

#include <torch/torch.h>

#include "core/conv/plan.h"
#include "models/libtorch/layer_end.h"

namespace gan {

class DevicePlan {
 public:
  // Its weights as numbers of that type there. Throws what conv::shapes() does.
  DevicePlan(const conv::Plan& plan, torch::Device device, torch::ScalarType precision);

  // {1, C, H, W} there, of sides that are multiples of size_multiple(plan) -> the plan's picture,
  // of the same type. Throws Error(kInterrupted).
  torch::Tensor run(const torch::Tensor& picture) const;

 private:
  struct Layer {
    conv::Layer plan;  // without its numbers
    torch::Tensor weight, norm_weight, norm_bias;
    LayerEnd end;
    std::vector<conv::Value> last_uses;  // of values that nothing reads later
  };
  torch::Tensor seen(const torch::Tensor& picture) const;
  torch::Tensor convolved(const Layer& layer, const std::vector<torch::Tensor>& values) const;
  torch::Tensor passed(const Layer& layer, const std::vector<torch::Tensor>& values) const;

  torch::TensorOptions options_;
  torch::Tensor subtract_;
  float multiply_, result_multiply_, result_add_;
  std::vector<Layer> layers_;
};

}  // namespace gan
