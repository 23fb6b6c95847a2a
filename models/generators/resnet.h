// SPDX-License-Identifier: LGPL-2.1-or-later
// The residual generator of CycleGAN (Zhu et al. 2017, arXiv:1703.10593, section 7.2, after Johnson
// et al. 2016); parameters are named as in its authors' PyTorch code.
#pragma once

#include "models/network.h"
#include "models/plans/resnet.h"

namespace gan {

// {N, in_channels, H, W} in [-1, 1] -> {N, out_channels, H, W} in [-1, 1]. Sides that are no
// multiples of 4 come out rounded up to 4 ceil(ceil(side / 2) / 2). With residual not clamped, and
// every side comes out as it went in.
class Resnet : public ImageNetwork {
 public:
  using OptionsType = ResnetOptions;
  explicit Resnet(const ResnetOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  ResnetOptions options_;
  torch::nn::Sequential model_;
};

}  // namespace gan
