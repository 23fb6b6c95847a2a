// SPDX-License-Identifier: LGPL-2.1-or-later
// A plain U-Net (Ronneberger et al. 2015, arXiv:1505.04597) for super-resolution and repair, small
// enough to train from nothing: it learns what the plainly enlarged input lacks.
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"

namespace gan {

struct SrUnetOptions : Options {
  int features = 32;  // 1..512, feature maps at full size; doubled at every level
  int levels = 4;     // 1..6 halvings
  int scale = 2;      // 1..4: the input is enlarged bicubically first; 1 repairs
  void visit(OptionVisitor& v) override;
};

// {N, 3, H, W} in [0, 1] -> {N, 3, scale H, scale W}, not clamped. The output's sides must be
// multiples of 2^levels.
class SrUnet : public ImageNetwork {
 public:
  using OptionsType = SrUnetOptions;
  explicit SrUnet(const SrUnetOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  SrUnetOptions options_;
  torch::nn::ModuleList down_, up_;
  Conv out_{nullptr};
};

}  // namespace gan
