// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

struct AugCycleGanEncoderOptions : Options {
  int latent = 4;     // 1..512
  int features = 32;  // 1..512
  // keras: beside the modulated generator, pictures in [0, 1], one code; paper: Almahairi et al.'s,
  // pictures in [-1, 1], mean and log variance of the code.
  std::string form = "keras";  // keras | paper
  // Of form keras. batch is its source's; over the single pixel of its last layers it leaves
  // nothing of a batch of one and little of small ones. layer (Ba et al. 2016, arXiv:1607.06450) is
  // each sample's own, over channels and places.
  std::string norm = "batch";  // batch | layer
  void visit(OptionVisitor& v) override;
};

// Augmented CycleGAN's encoder E(a, b): which code leads from picture a to picture b.
// {N, 6, H, W}, a's channels before b's -> {N, latent}. keras takes sides up to 128, paper 64x64.
class AugCycleGanEncoder : public ImageNetwork {
 public:
  using OptionsType = AugCycleGanEncoderOptions;
  explicit AugCycleGanEncoder(const AugCycleGanEncoderOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor pair) override;

  // Of form paper: both {N, latent}.
  struct Code {
    torch::Tensor mean, log_variance;
  };
  Code distribution(const torch::Tensor& pair);

 private:
  void make_keras();
  void make_paper();

  AugCycleGanEncoderOptions options_;
  std::vector<Conv> convs_;
  std::vector<torch::nn::AnyModule> norms_;
  Conv out_{nullptr}, log_variance_{nullptr};
  torch::nn::Sequential conv_modules_{nullptr};
};

}  // namespace gan
