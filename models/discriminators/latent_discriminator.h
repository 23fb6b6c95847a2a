// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

struct LatentDiscriminatorOptions : Options {
  int latent = 4;         // 1..4096
  int features = 64;      // 1..1024, width of the three hidden layers
  double epsilon = 1e-3;  // 1e-8..0.1, of the batch norms: Keras' 1e-3, PyTorch's 1e-5
  void visit(OptionVisitor& v) override;
};

// Augmented CycleGAN's judge of codes (Almahairi et al. 2018, section 4.2: marginal matching):
// {N, latent} -> {N, 1} logits.
class LatentDiscriminator : public LatentNetwork {
 public:
  using OptionsType = LatentDiscriminatorOptions;
  explicit LatentDiscriminator(const LatentDiscriminatorOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor latent) override;

 private:
  static constexpr int kHidden = 3;
  LatentDiscriminatorOptions options_;
  std::vector<torch::nn::Linear> fc_;
  std::vector<BatchNorm> bn_;
};

}  // namespace gan
