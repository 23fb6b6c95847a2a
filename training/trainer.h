// SPDX-License-Identifier: LGPL-2.1-or-later
// The loop that every recipe runs in: batches, steps, schedules, averages, validation, checkpoints,
// resume, signals.
#pragma once

#include <string>

#include "core/options.h"

namespace gan::training {

struct RunRequest {
  std::string recipe;
  std::string data;     // folder
  std::string out;      // run folder
  bool resume = false;  // go on from the newest state in `out`; a fresh run where there is none
  std::string device = "auto";
  std::string precision = "auto";
  int threads = 0;        // 0: all
  OptionValues settings;  // over the recipe's defaults
  std::string command;    // the command line, written into checkpoints
};

enum class RunResult { kDone, kInterrupted };

// Trains to the end or until SIGINT or SIGTERM, which finishes the step, saves and returns; a
// second signal ends the process at once. SIGUSR1 saves and goes on. Throws Error; kNotFinite when
// a loss is NaN or infinite, naming the last good checkpoint.
RunResult train(const RunRequest& request);

}  // namespace gan::training
