// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/interrupt.h"

#include <csignal>

#include "core/error.h"

namespace gan {
namespace {
std::atomic<bool> stop{false};
volatile std::sig_atomic_t which = 0;
}  // namespace

const std::atomic<bool>& interrupted() { return stop; }
int interrupting_signal() { return which; }

void take_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) {
    which = signal;
    stop = true;
  };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

bool is_interruption(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kInterrupted;
  } catch (...) {
    return false;
  }
}

}  // namespace gan
