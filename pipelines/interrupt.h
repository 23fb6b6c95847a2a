// SPDX-License-Identifier: LGPL-2.1-or-later
// Ctrl-C.
#pragma once

#include <atomic>
#include <exception>

namespace gan {

// True once SIGINT, SIGTERM or SIGHUP came, whether or not they were ignored when the program
// began. A second one ends the process at once.
const std::atomic<bool>& interrupted();
int interrupting_signal();  // 0: none yet

void take_signals();

// Whether what was thrown is Error(kInterrupted).
bool is_interruption(const std::exception_ptr& thrown);

}  // namespace gan
