// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"

namespace gan {

// x tanh(softplus(x)) (Misra 2019, arXiv:1908.08681); right in bf16 on LibTorch 1.13's CPU too.
inline torch::Tensor apply_mish(const torch::Tensor& x) {
  return without_bf16_on_cpu(x, [](const torch::Tensor& wide) { return at::mish(wide); });
}

class MishImpl : public torch::nn::Module {
 public:
  torch::Tensor forward(const torch::Tensor& x) { return apply_mish(x); }
};
TORCH_MODULE(Mish);

}  // namespace gan
