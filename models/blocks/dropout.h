// SPDX-License-Identifier: LGPL-2.1-or-later
// Dropout (Srivastava et al. 2014) whose mask is drawn for the whole batch of all processes, so
// that a sample meets the same mask however the batch is divided (batch_parts.h). With one process
// the numbers are those of PyTorch's on the CPU.
#pragma once

#include <torch/torch.h>

namespace gan {

// share: of the numbers that become 0, in [0, 1); the others grow by 1 / (1 - share).
torch::Tensor batch_dropout(const torch::Tensor& x, double share, bool training);
// The same of whole feature maps of {N, C, H, W}.
torch::Tensor batch_feature_dropout(const torch::Tensor& x, double share, bool training);

class DropoutImpl : public torch::nn::Module {
 public:
  explicit DropoutImpl(double share) : share_(share) {}
  torch::Tensor forward(const torch::Tensor& x) { return batch_dropout(x, share_, is_training()); }

 private:
  double share_;
};
TORCH_MODULE(Dropout);

}  // namespace gan
