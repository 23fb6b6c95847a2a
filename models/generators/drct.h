// SPDX-License-Identifier: LGPL-2.1-or-later
// DRCT (Hsu et al. 2024, arXiv:2404.00722): groups of five of Swin's blocks, each fed with all
// before it.
#pragma once

#include "models/blocks/transformer_frame.h"

namespace gan {

struct DrctOptions : Options {
  int channels = 3;                  // 1..4
  int features = 180;                // 4..1024
  int growth = 32;                   // 1..512: channels that each block adds
  int groups = 6;                    // 1..64
  int heads = 6;                     // 1..64
  int window = 16;                   // 2..64 pixels
  double mlp_ratio = 2;              // 0.1..8, of the first three blocks
  int scale = 4;                     // 1..8
  int tail_features = 64;            // 1..1024
  std::string group_conv = "1conv";  // 1conv | identity: after all groups
  std::string mean = "div2k";        // see rgb_mean.h
  void visit(OptionVisitor& v) override;
};

class DrctGroup;

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class Drct : public ImageNetwork {
 public:
  using OptionsType = DrctOptions;
  explicit Drct(const DrctOptions& options);
  NetworkTraits traits() const override { return frame_.traits(options_.window); }
  torch::Tensor forward(torch::Tensor image) override;

 private:
  DrctOptions options_;
  TransformerFrame frame_;
  std::vector<std::shared_ptr<DrctGroup>> groups_;
};

}  // namespace gan
