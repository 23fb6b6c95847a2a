// SPDX-License-Identifier: LGPL-2.1-or-later
// The modified WESPE's generator (generators/wespe.h) without LibTorch.
#pragma once

#include "core/options.h"
#include "models/plans/parameters.h"
#include "models/traits.h"

namespace gan {

struct WespeOptions : Options {
  int features = 128;     // 1..512; 128 = G, 64 = F
  bool residual = false;  // the input plus what the last convolution gives, which starts at 0
  void visit(OptionVisitor& v) override;
};

inline constexpr int kWespeBlocks = 4;

NetworkTraits wespe_traits(const WespeOptions& options);
conv::Plan wespe_plan(const WespeOptions& options, const Parameters& parameters);

}  // namespace gan
