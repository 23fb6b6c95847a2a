// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

struct DcganDiscriminatorOptions : Options {
  int features = 64;  // 1..512
  int channels = 3;   // 1..4
  int side = 64;      // as DcganOptions
  void visit(OptionVisitor& v) override;
};

// DCGAN's discriminator (Radford et al. 2016, section 3) as PyTorch's examples build it, before
// their sigmoid: {N, channels, side, side} in [-1, 1] -> {N} logits.
class DcganDiscriminator : public ImageNetwork {
 public:
  using OptionsType = DcganDiscriminatorOptions;
  explicit DcganDiscriminator(const DcganDiscriminatorOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  DcganDiscriminatorOptions options_;
  torch::nn::Sequential main_;
};

struct DcganFacesDiscriminatorOptions : Options {
  int features = 128;         // 1..1024
  int first_features = 128;   // 1..1024, of the layer at full size
  int kernel = 5;             // 1..9, odd
  std::string norm = "none";  // none | batch
  double dropout = 0.4;       // 0..0.9 before the last layer, while training
  void visit(OptionVisitor& v) override;
};

// The discriminator beside DcganFaces: {N, 3, 80, 80} in [-1, 1] -> {N, 1} logits.
class DcganFacesDiscriminator : public ImageNetwork {
 public:
  using OptionsType = DcganFacesDiscriminatorOptions;
  explicit DcganFacesDiscriminator(const DcganFacesDiscriminatorOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  static constexpr int kConvs = 5;
  DcganFacesDiscriminatorOptions options_;
  std::vector<Conv> convs_;
  std::vector<BatchNorm> norms_;
  torch::nn::Linear fc_{nullptr};
};

}  // namespace gan
