// SPDX-License-Identifier: LGPL-2.1-or-later
// Augmented CycleGAN's generators (generators/augcyclegan.h) without LibTorch.
#pragma once

#include "core/options.h"
#include "models/plans/parameters.h"
#include "models/traits.h"

namespace gan {

struct AugCycleGanOptions : Options {
  int latent = 4;     // 0..512; 0 only with style = instance
  int features = 32;  // 1..512
  // How the code enters: by StyleGAN2's modulated convolution at full resolution; by the paper's
  // conditional instance normalisation in a network that works at half resolution; or not at all
  // (instance: the paper's generator back to the domain without a code).
  std::string style = "modulated";  // modulated | cin | instance
  bool residual = false;  // the input plus what the last convolution gives, which starts at 0
  void visit(OptionVisitor& v) override;
  // Throws Error(kSettings) where options do not go together.
  void check_together() const;
};

inline constexpr int kAugCycleGanBlocks = 3;

NetworkTraits augcyclegan_traits(const AugCycleGanOptions& options);
// Of style = modulated alone: the code's styles are in the weights. Throws Error(kSettings) where
// options do not go together.
conv::Plan augcyclegan_plan(const AugCycleGanOptions& options, const Parameters& parameters,
                            const Code& code);

}  // namespace gan
