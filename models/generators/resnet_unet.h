// SPDX-License-Identifier: LGPL-2.1-or-later
// fast.ai's DynamicUnet: a U-Net on a ResNet-34 encoder that enlarges by pixel shuffle, with the
// parameter names of the original.
#pragma once

#include "models/blocks/chain.h"
#include "models/blocks/norm.h"
#include "models/generators/resnet_encoder.h"
#include "models/network.h"

namespace gan {

struct ResnetUnetOptions : Options {
  int out_channels = 3;            // 1..16; pictures that come in have 3
  int features = 64;               // 1..256, width of the encoder's first stage
  std::string blocks = "3-4-6-3";  // of the four stages, 1..64 each; 3-4-6-3 = ResNet-34
  std::string norm = "weight";     // weight | spectral | batch | none, of the decoder
  bool self_attention = false;     // in the decoder's second block
  bool blur = true;                // 2x2 average after each pixel shuffle but the last
  int scale = 1;                   // 1..4: the input is enlarged bicubically first
  // SigmoidRange: the output lies in (y_low, y_high), in normalised values; none when equal.
  double y_low = -3, y_high = 3;  // -100..100
  // Pictures in [0, 1] are normalised with ImageNet's mean and deviation and the result is turned
  // back. Off: the caller deals in normalised values.
  bool normalise = true;
  void visit(OptionVisitor& v) override;
};

class ResnetUnetBlock;

// {N, 3, H, W} -> {N, out_channels, scale H, scale W}.
class ResnetUnet : public ImageNetwork {
 public:
  using OptionsType = ResnetUnetOptions;
  explicit ResnetUnet(const ResnetUnetOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

  // The part that was trained on ImageNet; recipes freeze it at first.
  ResnetEncoder& encoder() { return *encoder_; }

 private:
  ResnetUnetOptions options_;
  std::shared_ptr<ResnetEncoder> encoder_;
  BatchNorm bridge_norm_{nullptr};
  Chain bridge_{nullptr};
  std::vector<std::shared_ptr<ResnetUnetBlock>> blocks_;
  std::shared_ptr<torch::nn::Module> layers_;
  std::shared_ptr<class PixelShuffleLayer> last_shuffle_;
  Chain residual1_{nullptr}, residual2_{nullptr}, out_{nullptr};
};

}  // namespace gan
