// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

struct AugCycleGanCriticOptions : Options {
  int features = 64;  // 1..512
  // keras: the critic beside the modulated generator, pictures in [0, 1]; patch and edges: the
  // paper's critics of photographs and of edge drawings, pictures in [-1, 1].
  std::string form = "keras";     // keras | patch | edges
  std::string norm = "instance";  // instance | batch, of the paper's
  void visit(OptionVisitor& v) override;
};

// Augmented CycleGAN's judges of pictures: {N, 3, H, W} -> {N, 1, h, w} logits. keras gives
// h = ceil(H / 4), patch H / 4 - 3, edges H / 16 - 3.
class AugCycleGanCritic : public ImageNetwork {
 public:
  using OptionsType = AugCycleGanCriticOptions;
  explicit AugCycleGanCritic(const AugCycleGanCriticOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  void make_keras();
  void make_paper();

  AugCycleGanCriticOptions options_;
  std::vector<Conv> convs_;  // form keras
  std::vector<BatchNorm> norms_;
  torch::nn::Sequential model_{nullptr};  // the others
};

}  // namespace gan
