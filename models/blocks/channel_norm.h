// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

namespace gan {

// LayerNorm over the channels of each pixel of {N, C, H, W}, eps 1e-6: ConvNeXt's LayerNorm in the
// form channels_first.
class ChannelNormImpl : public torch::nn::Module {
 public:
  explicit ChannelNormImpl(int64_t channels)
      : weight_(register_parameter("weight", torch::ones(channels))),
        bias_(register_parameter("bias", torch::zeros(channels))) {}
  torch::Tensor forward(const torch::Tensor& x) {
    return at::layer_norm(x.permute({0, 2, 3, 1}), weight_.sizes(), weight_, bias_, 1e-6)
        .permute({0, 3, 1, 2});
  }

 private:
  torch::Tensor weight_, bias_;
};
TORCH_MODULE(ChannelNorm);

}  // namespace gan
