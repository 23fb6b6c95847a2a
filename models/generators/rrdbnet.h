// SPDX-License-Identifier: LGPL-2.1-or-later
// RRDBNet, the generator of ESRGAN (Wang et al. 2018, arXiv:1809.00219, section 3.1) as BasicSR and
// Real-ESRGAN release it: residual-in-residual dense blocks without normalisation.
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"
#include "models/plans/rrdbnet.h"

namespace gan {

// {N, in_channels, H, W} in [0, 1] -> {N, out_channels, scale H, scale W}, not clamped.
class RrdbNet : public ImageNetwork {
 public:
  using OptionsType = RrdbNetOptions;
  explicit RrdbNet(const RrdbNetOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  RrdbNetOptions options_;
  Conv conv_first_{nullptr}, conv_body_{nullptr}, conv_hr_{nullptr}, conv_last_{nullptr};
  std::vector<Conv> conv_up_;
  torch::nn::Sequential body_;
};

}  // namespace gan
