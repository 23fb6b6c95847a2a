// SPDX-License-Identifier: LGPL-2.1-or-later
// RRDBNet, the generator of ESRGAN (Wang et al. 2018, arXiv:1809.00219, section 3.1) as BasicSR and
// Real-ESRGAN release it: residual-in-residual dense blocks without normalisation.
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"

namespace gan {

struct RrdbNetOptions : Options {
  int in_channels = 3;   // 1..4
  int out_channels = 3;  // 1..4
  int scale = 4;         // 2^doublings, or that over 2 or 4, by which the input is unshuffled first
  int doublings = 2;     // 0..4; 2 in ESRGAN and Real-ESRGAN
  int features = 64;     // 1..1024
  int blocks = 23;       // 1..128
  int growth = 32;       // 1..512, channels that each dense convolution adds
  void visit(OptionVisitor& v) override;
};

// {N, in_channels, H, W} in [0, 1] -> {N, out_channels, scale H, scale W}, not clamped.
class RrdbNet : public ImageNetwork {
 public:
  using OptionsType = RrdbNetOptions;
  explicit RrdbNet(const RrdbNetOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  int unshuffle() const { return (1 << options_.doublings) / options_.scale; }

  RrdbNetOptions options_;
  Conv conv_first_{nullptr}, conv_body_{nullptr}, conv_hr_{nullptr}, conv_last_{nullptr};
  std::vector<Conv> conv_up_;
  torch::nn::Sequential body_;
};

}  // namespace gan
