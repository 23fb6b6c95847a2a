// SPDX-License-Identifier: LGPL-2.1-or-later
// The loop that every recipe runs in: batches, steps, schedules, averages, validation, checkpoints,
// resume, signals.
#pragma once

#include "training/run/configuration.h"
#include "training/run/ranks.h"

namespace gan::training {

enum class RunResult { kDone, kTimeUp, kInterrupted };

// Trains to the end, to the time limit, or until SIGINT or SIGTERM, which finishes the step, saves
// and returns; a second signal ends the process at once. SIGUSR1 saves and goes on. Of several
// processes each computes its part of every batch; the first alone validates, logs and saves.
// Throws Error; kNotFinite when a loss, a gradient or a weight is NaN or infinite, and kUnavailable
// when another process is lost, both naming the last good checkpoint.
RunResult train(const RunRequest& request, torch::Device device, Ranks& ranks);

}  // namespace gan::training
