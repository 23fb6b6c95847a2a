// SPDX-License-Identifier: LGPL-2.1-or-later
// DPED's generator (generators/dped.h) without LibTorch.
#pragma once

#include "core/options.h"
#include "models/plans/parameters.h"
#include "models/traits.h"

namespace gan {

struct DpedOptions : Options {
  int features = 64;  // 1..512
  int blocks = 4;     // 1..32
  // Of the instance norms: DPED's authors use 1e-3, PyTorch implementations 1e-5.
  double epsilon = 1e-3;  // 1e-8..0.1
  void visit(OptionVisitor& v) override;
};

NetworkTraits dped_traits(const DpedOptions& options);
conv::Plan dped_plan(const DpedOptions& options, const Parameters& parameters);

}  // namespace gan
