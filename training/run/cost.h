// SPDX-License-Identifier: LGPL-2.1-or-later
// What a run will take: time, memory, disk; told before the user has waited for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "training/recipes/recipe.h"
#include "training/run/precision.h"
#include "training/run/trial.h"

namespace gan::training {

// The steps at which a recipe's stages begin, as its options tell: 1 first, all within the run.
std::vector<int64_t> stages_of(RecipeOptions& options);
// The first step of the stage that has the most steps.
int64_t longest_stage(RecipeOptions& options);

// Seconds of a step in both precisions, and which is chosen.
struct PrecisionCosts {
  double fp32, bf16;
  std::string faster() const { return fp32 >= kBf16Gain * bf16 ? "bf16" : "fp32"; }
  std::string text() const;  // a note
};

// Largest size of a run's folder, without its pictures.
uint64_t folder_bytes(const RunState& state, const std::string& main_network,
                      const RecipeOptions& options);

struct RunCost {
  double step_seconds = 0;  // a step, on average
  int64_t done = 0;         // steps
  double minutes = 0;       // the run's limit, 0: none
  uint64_t bytes = 0;       // of its folder
};
// "a step takes 0.43 s, 60000 steps 7 h 10 min; ..." and, where that is more than two hours, what
// takes less.
std::string cost_text(const RunCost& cost, const RecipeOptions& options);

// What a dry run tells: every stage's step, then the whole. costs: of the stages.
std::string dry_run_text(const std::vector<StepCost>& costs, RunCost whole, RecipeOptions& options);

// How quick the steps are, and when it is time to look.
class Pace {
 public:
  void add(double step_seconds);  // after each step
  // After some steps, of which the first, which warms up, does not count.
  bool knows() const { return steps_ > 3 || (steps_ > 1 && seconds_ > 20); }
  double step_seconds() const { return warm_seconds_ / (steps_ - 1); }
  // Whether so many seconds of training have passed, then twice as many, and so on; once each.
  bool look_is_due(double first);

 private:
  int steps_ = 0;
  double seconds_ = 0, warm_seconds_ = 0, next_look_ = 0;
};

}  // namespace gan::training
