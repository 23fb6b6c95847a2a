// SPDX-License-Identifier: LGPL-2.1-or-later
// What steps cost here, found by doing some and undoing them.
#pragma once

#include <functional>

#include "training/run/ranks.h"
#include "training/run/state.h"

namespace gan::training {

struct StepCost {
  double seconds = 0;     // of a warm step
  size_t peak_bytes = 0;  // of host memory, at most
};

// Does a step to warm up, then one or two more, which are timed, by the slowest process; the state
// is as before then.
StepCost cost_of_steps(RunState& state, Ranks& ranks, const std::function<void()>& step);

}  // namespace gan::training
