// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"

namespace gan {

// A ResNet of basic blocks (He et al. 2016, arXiv:1512.03385) without pooling and classifier, with
// torchvision's layers under the numbers that a Sequential of them gives: 0 convolution, 1 batch
// norm, 4 to 7 the four stages.
class ResnetEncoder : public torch::nn::Module {
 public:
  ResnetEncoder(int64_t in_channels, int64_t width, const std::vector<int>& blocks);

  // What DynamicUnet takes from it: the activations before each halving (at 1/2, 1/4, 1/8, 1/16 of
  // the input's side), then the last stage's (1/32). Widths: width * {1, 1, 2, 4, 8}.
  std::vector<torch::Tensor> forward(const torch::Tensor& x);

 private:
  Conv stem_{nullptr};
  BatchNorm stem_norm_{nullptr};
  std::vector<torch::nn::Sequential> stages_;
};

// Reads the convolutions of a torchvision ResNet (resnet34-b627a593.pth, trained on ImageNet) into
// the encoder; its classifier is ignored. Throws Error: kNotFound, kUnreadable, kWrongType naming
// the tensor that is missing or of another shape.
void load_resnet(ResnetEncoder& encoder, const std::string& path);

}  // namespace gan
