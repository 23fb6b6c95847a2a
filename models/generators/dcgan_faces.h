// SPDX-License-Identifier: LGPL-2.1-or-later
// DCGAN for 80x80 faces, whose latent space is made for arithmetic with means of codes.
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

struct DcganFacesOptions : Options {
  int latent = 100;           // 1..4096
  int features = 128;         // 1..1024
  int dense_features = 128;   // 1..1024, feature maps that the dense layer makes at 5x5
  std::string norm = "none";  // none | batch (after the dense layer and every enlargement)
  int last_kernel = 5;        // 1..9, odd
  void visit(OptionVisitor& v) override;
};

// {N, latent} ~ N(0, 1) -> {N, 3, 80, 80} in [-1, 1].
class DcganFaces : public LatentNetwork {
 public:
  using OptionsType = DcganFacesOptions;
  explicit DcganFaces(const DcganFacesOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor latent) override;

 private:
  static constexpr int kStages = 4;  // 5 * 2^4 = 80
  DcganFacesOptions options_;
  torch::nn::Linear fc_{nullptr};
  BatchNorm bn_fc_{nullptr};
  std::vector<ConvTranspose> up_;
  std::vector<BatchNorm> bn_;
  Conv conv_out_{nullptr};
};

}  // namespace gan
