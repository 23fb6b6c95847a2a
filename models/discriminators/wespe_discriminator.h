// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

struct WespeDiscriminatorOptions : Options {
  // What it judges: color sees the picture through a fixed Gaussian blur of 23x23, texture sees a
  // fixed grey of it (0.2989, 0.5870, 0.1140).
  std::string judges = "color";  // color | texture
  int features = 64;             // 1..512
  void visit(OptionVisitor& v) override;
};

// A PatchGAN of 142 pixels of the modified WESPE: {N, 3, H, W} in [0, 1] -> {N, 1, h, w} logits,
// h = ceil(H / 16). The fixed filter comes first, then 2x - 1, so the zeros around the blurred
// picture are black.
class WespeDiscriminator : public ImageNetwork {
 public:
  using OptionsType = WespeDiscriminatorOptions;
  explicit WespeDiscriminator(const WespeDiscriminatorOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  WespeDiscriminatorOptions options_;
  std::vector<Conv> convs_;
  std::vector<AffineInstanceNorm> norms_;  // of the second convolution to the last but one
  torch::Tensor filter_;                   // {23, 23} or {1, 3, 1, 1}, fixed
};

}  // namespace gan
