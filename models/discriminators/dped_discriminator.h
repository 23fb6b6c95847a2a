// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

struct DpedDiscriminatorOptions : Options {
  // DPED judges the grey picture and gives two logits (false, true); the WESPE paper's two judge
  // blurred colours and grey texture, with one logit.
  std::string judges = "grey";  // grey | color | texture
  int features = 48;            // 1..256, of the first layer
  int side = 100;               // 32..512, of the patches
  void visit(OptionVisitor& v) override;
};

// The discriminators of DPED (Ignatov et al. 2017, section 3.1.2) and of the WESPE paper:
// {N, 3, side, side} in [0, 1] -> {N, 2} or {N, 1} logits.
class DpedDiscriminator : public ImageNetwork {
 public:
  using OptionsType = DpedDiscriminatorOptions;
  explicit DpedDiscriminator(const DpedDiscriminatorOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  DpedDiscriminatorOptions options_;
  std::vector<Conv> convs_;
  std::vector<AffineInstanceNorm> norms_;
  torch::nn::Linear dense_{nullptr}, out_{nullptr};
  torch::Tensor filter_;  // fixed: {21, 21} or {1, 3, 1, 1}
};

}  // namespace gan
