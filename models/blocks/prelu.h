// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

namespace gan {

// torch::nn::PReLU with a slope a channel (He et al. 2015, arXiv:1502.01852) of {N, C, H, W}; like
// relu() of convolution.h it overwrites x where no gradient is wanted. LibTorch 1.13's takes a
// fifth of a training step of SRVGGNetCompact; here floats in channels_last on the CPU have loops
// of their own, whose sums do not depend on the number of threads.
class PReLUImpl : public torch::nn::Module {
 public:
  explicit PReLUImpl(int64_t channels);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor weight_;  // {C}
};
TORCH_MODULE(PReLU);

}  // namespace gan
