// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/network.h"

namespace gan {

struct PixelDiscriminatorOptions : Options {
  int in_channels = 3;         // 1..16
  int features = 64;           // 1..512
  std::string norm = "batch";  // batch | instance | none
  void visit(OptionVisitor& v) override;
};

// pix2pix's PixelGAN (Isola et al. 2017, section 6.1.2): judges every pixel alone.
// {N, in_channels, H, W} -> {N, 1, H, W} logits.
class PixelDiscriminator : public ImageNetwork {
 public:
  using OptionsType = PixelDiscriminatorOptions;
  explicit PixelDiscriminator(const PixelDiscriminatorOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  PixelDiscriminatorOptions options_;
  torch::nn::Sequential net_;
};

}  // namespace gan
