// SPDX-License-Identifier: LGPL-2.1-or-later
// Conditional GAN for 28x28 pictures of ten classes such as Fashion-MNIST (Mirza and Osindero 2014,
// arXiv:1411.1784): an embedding of the class joins the code as one more feature map.
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"

namespace gan {

struct CganOptions : Options {
  int latent = 100;    // 1..4096
  int classes = 10;    // 1..10000
  int embedding = 50;  // 1..1024, length of a class's vector
  int features = 128;  // 1..1024
  void visit(OptionVisitor& v) override;
};

// {N, latent} ~ N(0, 1) and label {N} or {N, classes} -> {N, 1, 28, 28} in [-1, 1]. Weights mix
// the classes' vectors, so a walk from class to class is one of weights.
class Cgan : public Network {
 public:
  using OptionsType = CganOptions;
  explicit Cgan(const CganOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor latent, const torch::Tensor& label);
  torch::Tensor run(const NetworkInput& input) override;

 private:
  CganOptions options_;
  torch::nn::Embedding label_embedding_{nullptr};
  torch::nn::Linear label_fc_{nullptr}, fc_{nullptr};
  ConvTranspose up0_{nullptr}, up1_{nullptr};
  Conv conv_out_{nullptr};
};

}  // namespace gan
