// SPDX-License-Identifier: LGPL-2.1-or-later
// SIGINT and SIGTERM ask a run to end after its step, SIGUSR1 to save and go on.
#pragma once

namespace gan::training {

// Handles the signals as long as it lives. A second SIGINT or SIGTERM ends the process with status
// 130 at once.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  static bool stop_requested();
  static bool take_save_request();  // true once for each SIGUSR1
};

}  // namespace gan::training
