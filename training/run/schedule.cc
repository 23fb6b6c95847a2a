// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/schedule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace gan::training {
namespace {

double half_cosine(double from, double to, double t) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * t)) / 2;
}

int milestones_before(const std::string& list, int64_t step) {
  int count = 0;
  const char* at = list.data();
  const char* const end = at + list.size();
  while (at < end) {
    int64_t milestone = 0;
    const auto [next, status] = std::from_chars(at, end, milestone);
    check(status == std::errc() && (next == end || *next == ','), ErrorKind::kSettings,
          "milestones must be whole numbers separated by commas, got \"", list, "\"");
    count += milestone < step;
    at = next + (next < end);
  }
  return count;
}

}  // namespace

void ScheduleOptions::visit(OptionVisitor& v) {
  v.text("schedule", kind, "constant|linear|multistep|cosine|onecycle", "of the learning rate");
  v.integer("warmup", warmup, 0, 1000000000, "steps of linear rise from 0");
  v.text("milestones", milestones, "", "multistep: steps, separated by commas");
  v.real("gamma", gamma, 0, 1, "multistep: factor at each milestone");
  v.real("constant_part", constant_part, 0, 1, "linear: share of the run before the decline");
  v.integer("restarts", restarts, 0, 1000, "cosine: how often it starts again");
  v.real("lr_floor", floor, 0, 1, "cosine: lowest factor");
  v.real("peak_at", peak_at, 0.01, 0.99, "onecycle: share of the run with a rising rate");
}

double schedule_factor(const ScheduleOptions& options, int64_t step, int64_t steps) {
  const double done =
      static_cast<double>(step - 1) / static_cast<double>(std::max<int64_t>(steps, 1));
  double factor = 1;
  if (options.kind == "linear") {
    const double rest = 1 - options.constant_part;
    factor = done < options.constant_part || rest == 0 ? 1 : (1 - done) / rest;
  } else if (options.kind == "multistep") {
    factor = std::pow(options.gamma, milestones_before(options.milestones, step));
  } else if (options.kind == "cosine") {
    const double period = done * (options.restarts + 1);
    factor = half_cosine(1, options.floor, period - std::floor(period));
  } else if (options.kind == "onecycle") {
    factor = done < options.peak_at
                 ? half_cosine(1 / 25.0, 1, done / options.peak_at)
                 : half_cosine(1, 1 / 250000.0, (done - options.peak_at) / (1 - options.peak_at));
  }
  if (step <= options.warmup) factor *= static_cast<double>(step) / options.warmup;
  return factor;
}

double average_decay(double largest, int64_t step) {
  return std::min(largest, static_cast<double>(1 + step) / static_cast<double>(10 + step));
}

}  // namespace gan::training
