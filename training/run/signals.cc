// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/signals.h"

#include <signal.h>
#include <unistd.h>

namespace gan::training {
namespace {

volatile sig_atomic_t stop = 0, save = 0;

void on_stop(int) {
  if (stop) _exit(130);
  stop = 1;
}
void on_save(int) { save = 1; }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

Signals::Signals() {
  stop = 0;
  save = 0;
  handle(SIGINT, on_stop);
  handle(SIGTERM, on_stop);
  handle(SIGUSR1, on_save);
}

Signals::~Signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) handle(signal, SIG_DFL);
}

bool Signals::stop_requested() { return stop; }

bool Signals::take_save_request() {
  const bool asked = save;
  save = 0;
  return asked;
}

}  // namespace gan::training
