// SPDX-License-Identifier: LGPL-2.1-or-later
// OmniSR (Wang et al. 2023, arXiv:2304.10244): blocks of attention between pixels and between
// channels, first within windows, then over grids of pixels that lie far apart.
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"

namespace gan {

struct OmniSrOptions : Options {
  int channels = 3;       // 1..4
  int features = 64;      // 4..1024, a multiple of 4
  int groups = 5;         // 1..64
  int blocks = 1;         // 1..32 in each group
  int scale = 4;          // 1..8
  int window = 8;         // 2..64 pixels
  bool positions = true;  // a learned bias by distance
  bool bias = true;       // of the first and the last convolutions
  void visit(OptionVisitor& v) override;
};

class OmniGroup;

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class OmniSr : public ImageNetwork {
 public:
  using OptionsType = OmniSrOptions;
  explicit OmniSr(const OmniSrOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  OmniSrOptions options_;
  Conv input_{nullptr}, output_{nullptr}, up_{nullptr};
  std::vector<std::shared_ptr<OmniGroup>> groups_;
};

}  // namespace gan
