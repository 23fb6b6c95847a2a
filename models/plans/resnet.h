// SPDX-License-Identifier: LGPL-2.1-or-later
// CycleGAN's generator (generators/resnet.h) without LibTorch.
#pragma once

#include "core/options.h"
#include "models/plans/parameters.h"
#include "models/traits.h"

namespace gan {

struct ResnetOptions : Options {
  int in_channels = 3;                // 1..8
  int out_channels = 3;               // 1..8
  int features = 64;                  // 1..512
  int blocks = 9;                     // 0..64; 9 for pictures of 256 and larger, 6 for 128
  std::string norm = "instance";      // instance | batch | none
  bool dropout = false;               // 0.5 in the blocks while training
  std::string padding = "reflect";    // reflect | replicate | zero, in the blocks
  std::string test_norm = "running";  // running | batch, as in UnetOptions
  // The input plus what the last convolution gives, which starts at 0; no tanh. Wants as many
  // channels out as in.
  bool residual = false;
  void visit(OptionVisitor& v) override;
  // Throws Error(kSettings) where options do not go together.
  void check_together() const;
};

NetworkTraits resnet_traits(const ResnetOptions& options);
// Throws Error(kSettings) where options do not go together.
conv::Plan resnet_plan(const ResnetOptions& options, const Parameters& parameters);

}  // namespace gan
