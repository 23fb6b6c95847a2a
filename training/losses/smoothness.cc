// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/smoothness.h"

#include "models/blocks/fixed_filter.h"

namespace gan::training::losses {
namespace {

torch::Tensor step(const torch::Tensor& x, int64_t axis) {
  const int64_t length = x.size(axis) - 1;
  return x.narrow(axis, 1, length) - x.narrow(axis, 0, length);
}

}  // namespace

torch::Tensor total_variation(const torch::Tensor& x) {
  const int64_t height = x.size(2) - 1, width = x.size(3) - 1;
  return (step(x, 3).narrow(2, 0, height).square() + step(x, 2).narrow(3, 0, width).square())
      .mean();
}

torch::Tensor total_variation_dped(const torch::Tensor& x) {
  return step(x, 3).square().mean() + step(x, 2).square().mean();
}

torch::Tensor blurred_l1(const torch::Tensor& a, const torch::Tensor& b,
                         const torch::Tensor& kernel) {
  return depthwise(a - b, kernel.to(a.device())).abs().mean();
}

}  // namespace gan::training::losses
