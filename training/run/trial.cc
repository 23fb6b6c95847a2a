// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/trial.h"

#include <algorithm>
#include <chrono>

#include "models/machine/host_allocator.h"

namespace gan::training {

StepCost cost_of_steps(RunState& state, Ranks& ranks, const std::function<void()>& step) {
  using Clock = std::chrono::steady_clock;
  constexpr double kLong = 5;  // seconds, after which one step tells enough
  const auto before = state.snapshot();
  reset_host_memory_peak();
  const auto timed = [&] {
    const auto start = Clock::now();
    step();
    return ranks.most(std::chrono::duration<double>(Clock::now() - start).count());
  };
  StepCost cost;
  cost.seconds = timed();  // warms up
  if (cost.seconds < kLong) {
    cost.seconds = timed();
    if (cost.seconds < kLong) cost.seconds = std::min(cost.seconds, timed());
  }
  cost.peak_bytes = host_memory().peak;
  state.restore(before);
  return cost;
}

}  // namespace gan::training
