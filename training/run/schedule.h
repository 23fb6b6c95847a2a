// SPDX-License-Identifier: LGPL-2.1-or-later
// Learning-rate schedules as factors of the base rate: pure functions of the step.
#pragma once

#include <cstdint>
#include <string>

#include "core/options.h"

namespace gan::training {

struct ScheduleOptions {
  std::string kind = "constant";  // constant | linear | multistep | cosine | onecycle
  int warmup = 0;                 // steps of linear rise from 0 at the start
  std::string milestones;         // multistep: steps at which the rate is multiplied by gamma
  double gamma = 0.5;             // multistep
  double constant_part = 0.5;     // linear: share of the run before the decline to 0
  int restarts = 0;               // cosine: how often it starts again at the full rate
  double floor = 0;               // cosine: the lowest factor
  double peak_at = 0.3;           // onecycle: share of the run at which the rate is highest
  void visit(OptionVisitor& v);   // as schedule, warmup, milestones, ...
};

// Factor for `step` in 1..steps.
//   linear    1 until constant_part * steps, then straight to 0 just after the last step
//             (pix2pix and CycleGAN, with their epochs counted in steps)
//   multistep gamma ^ (number of milestones < step)
//   cosine    floor + (1 - floor) (1 + cos(pi t)) / 2 over each of restarts + 1 equal periods
//             (Loshchilov and Hutter 2017, arXiv:1608.03983, eq. 5)
//   onecycle  cosine rise from 1/25 to 1, then cosine fall to 1/250000 (Smith 2018; fast.ai)
double schedule_factor(const ScheduleOptions& options, int64_t step, int64_t steps);

// Decay of averaged weights after `step` steps: min(largest, (1 + step) / (10 + step)), so that the
// random start is soon forgotten (TensorFlow's ExponentialMovingAverage with num_updates).
double average_decay(double largest, int64_t step);

}  // namespace gan::training
