// SPDX-License-Identifier: LGPL-2.1-or-later
// The discriminators of pix2pix (Isola et al. 2017, section 6.1.2); parameters are named as in its
// authors' PyTorch code.
#pragma once

#include "models/network.h"

namespace gan {

struct PatchGanOptions : Options {
  int in_channels = 3;         // 1..16; pix2pix joins input and output: 6
  int layers = 3;              // 1..8 of stride 2
  int features = 64;           // 1..512
  std::string norm = "batch";  // batch | instance | none
  void visit(OptionVisitor& v) override;
};

// {N, in_channels, H, W} -> {N, 1, h, w} logits, each about a patch of 70x70 pixels with 3 layers,
// 142 with 4, 34 with 2, 16 with 1.
class PatchGan : public ImageNetwork {
 public:
  using OptionsType = PatchGanOptions;
  explicit PatchGan(const PatchGanOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  PatchGanOptions options_;
  torch::nn::Sequential model_;
};

}  // namespace gan
