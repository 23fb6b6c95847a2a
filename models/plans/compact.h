// SPDX-License-Identifier: LGPL-2.1-or-later
// SRVGGNetCompact (generators/compact.h) without LibTorch: its options, and its plan for core/conv.
#pragma once

#include "core/options.h"
#include "models/plans/parameters.h"
#include "models/traits.h"

namespace gan {

struct CompactOptions : Options {
  int in_channels = 3;               // 1 or equal to out_channels
  int out_channels = 3;              // 1..4
  int features = 64;                 // 1..1024
  int convs = 16;                    // 0..256 between the first convolution and the last
  int scale = 4;                     // 1..8
  int unshuffle = 1;                 // 1..4: the convolutions work at the side divided by it
  std::string activation = "prelu";  // prelu | relu | leakyrelu (slope 0.1)
  void visit(OptionVisitor& v) override;
  // Throws Error(kSettings) where options do not go together.
  void check_together() const;
};

NetworkTraits compact_traits(const CompactOptions& options);

// The options' ranges must hold. Throws Error(kSettings) where they do not go together.
conv::Plan compact_plan(const CompactOptions& options, const Parameters& parameters);

}  // namespace gan
