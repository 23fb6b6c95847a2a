// SPDX-License-Identifier: LGPL-2.1-or-later
// The generator of DPED (Ignatov et al. 2017, arXiv:1704.02470, section 3.2) and of the WESPE paper
// (arXiv:1709.01118); parameters are named as in a PyTorch implementation of the latter.
#pragma once

#include "models/network.h"
#include "models/plans/dped.h"

namespace gan {

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
