// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/pixel.h"

namespace gan::training::losses {

torch::Tensor l1(const torch::Tensor& a, const torch::Tensor& b) { return torch::l1_loss(a, b); }

torch::Tensor mse(const torch::Tensor& a, const torch::Tensor& b) { return torch::mse_loss(a, b); }

torch::Tensor charbonnier(const torch::Tensor& a, const torch::Tensor& b, double eps) {
  const auto difference = a - b;
  return torch::sqrt(difference * difference + eps).mean();
}

}  // namespace gan::training::losses
