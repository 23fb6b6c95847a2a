// SPDX-License-Identifier: LGPL-2.1-or-later
// The normalisation of pictures for networks that were trained on ImageNet: per channel, with
// torchvision's mean and standard deviation of RGB in [0, 1].
#pragma once

#include <torch/torch.h>

namespace gan {

torch::Tensor imagenet_normalise(const torch::Tensor& rgb);    // {N, 3, H, W} in [0, 1]
torch::Tensor imagenet_denormalise(const torch::Tensor& rgb);  // and back

}  // namespace gan
