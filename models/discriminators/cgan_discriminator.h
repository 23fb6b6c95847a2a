// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"

namespace gan {

struct CganDiscriminatorOptions : Options {
  int classes = 10;      // 1..10000
  int embedding = 50;    // 1..1024
  int features = 128;    // 1..1024
  double dropout = 0.4;  // 0..0.9 before the last layer, while training
  void visit(OptionVisitor& v) override;
};

// The discriminator beside Cgan: a picture {N, 1, 28, 28} in [-1, 1] and its claimed class {N} ->
// {N, 1} logits. The class is a second channel, made of its embedding.
class CganDiscriminator : public Network {
 public:
  using OptionsType = CganDiscriminatorOptions;
  explicit CganDiscriminator(const CganDiscriminatorOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(const torch::Tensor& image, const torch::Tensor& label);
  torch::Tensor run(const NetworkInput& input) override {
    return forward(input.image, input.label);
  }

 private:
  CganDiscriminatorOptions options_;
  torch::nn::Embedding label_embedding_{nullptr};
  torch::nn::Linear label_fc_{nullptr}, fc_{nullptr};
  Conv conv0_{nullptr}, conv1_{nullptr};
};

}  // namespace gan
