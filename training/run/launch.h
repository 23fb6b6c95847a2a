// SPDX-License-Identifier: LGPL-2.1-or-later
// A run as one of several processes, or the start of several on this machine.
#pragma once

#include "training/run/trainer.h"

namespace gan::training {

// Trains as the process that the environment says (place.h), together with the others. After an
// error the others end with its text. Processes that their launcher has started again go on from
// the newest checkpoint, where there is one.
RunResult train_by_all(RunRequest request);

// A TCP port of this machine that nothing listens on now. Throws Error(kFailed).
int free_port();

// Starts the program `count` times with the words argv, as ranks 0 to count - 1 of one run, passes
// signals on and waits for all. Returns the status to exit with: that of the one that failed first.
// Before any thread is started. Throws Error(kFailed).
int run_processes(int count, const std::vector<std::string>& words);

}  // namespace gan::training
