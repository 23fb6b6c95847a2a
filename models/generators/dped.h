// SPDX-License-Identifier: LGPL-2.1-or-later
// The generator of DPED (Ignatov et al. 2017, arXiv:1704.02470, section 3.2) and of the WESPE paper
// (arXiv:1709.01118); parameters are named as in a PyTorch implementation of the latter.
#pragma once

#include "models/network.h"

namespace gan {

struct DpedOptions : Options {
  int features = 64;  // 1..512
  int blocks = 4;     // 1..32
  // Of the instance norms: DPED's authors use 1e-3, PyTorch implementations 1e-5.
  double epsilon = 1e-3;  // 1e-8..0.1
  void visit(OptionVisitor& v) override;
};

// {N, 3, H, W} in [0, 1] -> {N, 3, H, W} in [-0.08, 1.08].
class Dped : public ImageNetwork {
 public:
  using OptionsType = DpedOptions;
  explicit Dped(const DpedOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  DpedOptions options_;
  torch::nn::Sequential layers_;
};

}  // namespace gan
