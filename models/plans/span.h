// SPDX-License-Identifier: LGPL-2.1-or-later
// SPAN (generators/span.h) without LibTorch: its options, and its plan for core/conv.
#pragma once

#include "core/options.h"
#include "models/plans/parameters.h"
#include "models/traits.h"

namespace gan {

struct SpanOptions : Options {
  int in_channels = 3;    // 1..4
  int out_channels = 3;   // 1..4
  int features = 48;      // 1..1024
  int scale = 4;          // 1..8
  bool branches = true;   // the form for training; false: as it is released, of single convolutions
  bool normalise = true;  // the picture's mean is subtracted and the rest is multiplied by 255
  void visit(OptionVisitor& v) override;
};

inline constexpr int kSpanBlocks = 6;
inline constexpr int kSpanBranchGain = 2;  // the branches are so much wider

NetworkTraits span_traits(const SpanOptions& options);

// The options' ranges must hold.
conv::Plan span_plan(const SpanOptions& options, const Parameters& parameters);

}  // namespace gan
