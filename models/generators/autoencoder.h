// SPDX-License-Identifier: LGPL-2.1-or-later
// A convolutional auto-encoder for super-resolution: it takes a picture that was enlarged plainly
// and gives it back sharper. Two sums carry detail past the bottleneck.
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"

namespace gan {

struct AutoencoderOptions : Options {
  int features = 64;  // 1..512, feature maps at full size
  // 1: the input has the output's size already. 2..4: the input is enlarged bicubically first.
  int scale = 1;         // 1..4
  double dropout = 0.3;  // 0..0.9 after the first pooling, while training
  void visit(OptionVisitor& v) override;
};

// {N, 3, H, W} in [0, 1] -> {N, 3, scale H, scale W}, at least 0 (the last layer is a ReLU). Output
// sides must be multiples of 4.
class Autoencoder : public ImageNetwork {
 public:
  using OptionsType = AutoencoderOptions;
  explicit Autoencoder(const AutoencoderOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

  // The bottleneck: {N, 4 features, scale H / 4, scale W / 4}.
  torch::Tensor encode(const torch::Tensor& image);

 private:
  struct Encoded {
    torch::Tensor code, skip_full, skip_half;
  };
  Encoded encode_with_skips(const torch::Tensor& image);

  AutoencoderOptions options_;
  Conv enc1_{nullptr}, enc2_{nullptr}, enc3_{nullptr}, enc4_{nullptr}, enc5_{nullptr},
      dec1_{nullptr}, dec2_{nullptr}, dec3_{nullptr}, dec4_{nullptr}, out_{nullptr};
};

}  // namespace gan
