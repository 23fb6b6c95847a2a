// SPDX-License-Identifier: LGPL-2.1-or-later
// PLKSR (Lee et al. 2024, arXiv:2404.11848): blocks of ordinary convolutions and one of a large
// kernel on part of the channels; and RealPLKSR, its form with a norm that traiNNer-redux and neosr
// train.
#pragma once

#include "models/network.h"

namespace gan {

struct PlksrOptions : Options {
  int features = 64;  // 4..1024
  int blocks = 28;    // 1..256
  int scale = 4;      // 1..8
  int kernel = 17;    // 3..63, odd
  int part = 16;      // 1..features: channels that the large kernel sees
  // The two convolutions of a block: dccm (3x3, 3x3), ccm (3x3, 1x1), iccm (1x1, 3x3).
  std::string mixer = "dccm";
  bool attention = true;              // of elements
  std::string large = "plain";        // plain | rectangular: in three of fewer weights
  std::string norm = "group";         // group | layer: RealPLKSR; none: PLKSR
  std::string upsampler = "shuffle";  // shuffle | dysample
  void visit(OptionVisitor& v) override;
};

// {N, 3, H, W} in [0, 1] -> {N, 3, scale H, scale W}, not clamped.
class Plksr : public ImageNetwork {
 public:
  using OptionsType = PlksrOptions;
  explicit Plksr(const PlksrOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  PlksrOptions options_;
  torch::nn::Sequential feats_;
  torch::nn::AnyModule to_img_;
};

}  // namespace gan
