// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <memory>
#include <string>

#include "models/features/features.h"

namespace gan::training::losses {

// Learned perceptual similarity, v0.1, on VGG16 (Zhang et al. 2018, arXiv:1801.03924): relu1_2,
// 2_2, 3_3, 4_3 and 5_3 of both pictures are divided by their norm over the channels; the squared
// differences are weighted channel by channel, averaged over the positions and added.
class Lpips {
 public:
  // vgg: VGG16 of torchvision (feature_network("16", ...)). weights: the authors' vgg.pth, of
  // which lin0.model.1.weight to lin4.model.1.weight are read. Throws Error: kNotFound,
  // kUnreadable, kWrongType.
  Lpips(std::shared_ptr<FeatureNetwork> vgg, const std::string& weights);

  // {N, 3, H, W} in [0, 1] both, sides at least 16; the mean over the batch. 0: alike.
  torch::Tensor operator()(const torch::Tensor& a, const torch::Tensor& b) const;

 private:
  std::shared_ptr<FeatureNetwork> vgg_;
  std::array<torch::Tensor, 5> weights_;  // {1, C, 1, 1}
};

}  // namespace gan::training::losses
