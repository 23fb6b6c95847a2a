// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/normalised_conv.h"
#include "models/network.h"

namespace gan {

struct UnetSnOptions : Options {
  int in_channels = 3;          // 1..16
  int features = 64;            // 1..512
  bool skip_connection = true;  // the U-Net's
  void visit(OptionVisitor& v) override;
};

// The U-Net discriminator with spectral normalisation of Real-ESRGAN (Wang et al. 2021,
// arXiv:2107.10833, section 3.4): a logit for every pixel. {N, in_channels, H, W} in [0, 1] ->
// {N, 1, H, W}; sides must be multiples of 8.
class UnetSn : public ImageNetwork {
 public:
  using OptionsType = UnetSnOptions;
  explicit UnetSn(const UnetSnOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  UnetSnOptions options_;
  Conv conv0_{nullptr}, conv9_{nullptr};
  std::vector<SpectralConv> convs_;  // conv1 to conv8
};

}  // namespace gan
