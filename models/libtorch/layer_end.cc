// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/layer_end.h"

namespace gan {
namespace {

torch::Tensor by_channel(const torch::Tensor& numbers, const torch::Tensor& like) {
  return numbers.to(like.scalar_type()).view({1, -1, 1, 1});
}

}  // namespace

void LayerEnd::apply(torch::Tensor& result, const Others& others) const {
  if (end_in_one_pass(result, *this, others)) return;
  if (bias.defined()) result.add_(by_channel(bias, result));
  switch (activation) {
    case conv::Activation::kNone: break;
    case conv::Activation::kSlope:
      result = at::prelu(result, slopes.to(result.scalar_type()));
      break;
    case conv::Activation::kSilu: at::silu_(result); break;
    case conv::Activation::kTanh: result.tanh_(); break;
  }
  if (others.gate.defined()) result = (result + others.gate) * (result.sigmoid() - 0.5);
  for (const auto& [value, scale] : others.adds) result = at::add(value, result, scale);
  if (slope_after != 1) at::leaky_relu_(result, slope_after);
}

}  // namespace gan
