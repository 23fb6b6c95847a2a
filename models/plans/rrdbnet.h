// SPDX-License-Identifier: LGPL-2.1-or-later
// RRDBNet (generators/rrdbnet.h) without LibTorch: its options, and its plan for core/conv.
#pragma once

#include "core/options.h"
#include "models/plans/parameters.h"
#include "models/traits.h"

namespace gan {

struct RrdbNetOptions : Options {
  int in_channels = 3;   // 1..4
  int out_channels = 3;  // 1..4
  int scale = 4;         // 2^doublings, or that over 2 or 4, by which the input is unshuffled first
  int doublings = 2;     // 0..4; 2 in ESRGAN and Real-ESRGAN
  int features = 64;     // 1..1024
  int blocks = 23;       // 1..128
  int growth = 32;       // 1..512, channels that each dense convolution adds
  bool plus = false;     // ESRGAN+ (Rakotonirina and Rasoanaivo 2020, arXiv:2001.08073): more skips
  void visit(OptionVisitor& v) override;
  // Throws Error(kSettings) where options do not go together.
  void check_together() const;
  int unshuffle() const { return (1 << doublings) / scale; }
};

NetworkTraits rrdbnet_traits(const RrdbNetOptions& options);

// The options' ranges must hold. Throws Error(kSettings) where they do not go together, and for
// plus.
conv::Plan rrdbnet_plan(const RrdbNetOptions& options, const Parameters& parameters);

}  // namespace gan
