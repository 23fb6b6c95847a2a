// SPDX-License-Identifier: LGPL-2.1-or-later
// The loop that every recipe runs in: batches, steps, schedules, averages, validation, checkpoints,
// resume, signals.
#pragma once

#include "training/run/configuration.h"

namespace gan::training {

enum class RunResult { kDone, kTimeUp, kInterrupted };

// Trains to the end, to the time limit, or until SIGINT or SIGTERM, which finishes the step, saves
// and returns; a second signal ends the process at once. SIGUSR1 saves and goes on. Throws Error;
// kNotFinite when a loss, a gradient or a weight is NaN or infinite, naming the last good
// checkpoint.
RunResult train(const RunRequest& request);

}  // namespace gan::training
