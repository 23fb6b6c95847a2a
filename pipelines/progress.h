// SPDX-License-Identifier: LGPL-2.1-or-later
// How far a job is, for people (one line on stderr) or programs (a line of JSON on stdout each).
#pragma once

#include <chrono>
#include <mutex>
#include <string>

namespace gan {

class Progress {
 public:
  // `json`: for programs. `unit`: what is counted, such as "frames".
  Progress(bool json, std::string unit);
  ~Progress() { clear(); }

  // From now on `file` is worked on; `total` 0: unknown. `done` were done before.
  void begin(const std::string& file, double total, int64_t done = 0);
  void step(int64_t done);             // shown four times a second at most
  void done(const std::string& text);  // the job is over; its last word

  void finish() { clear(); }  // nothing more to show

  // A sentence about the file, above the line. Said once, however often it comes in a row.
  void say(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;
  void show();
  void clear();
  void say_locked(const char* event, const std::string& text);

  std::mutex mutex_;
  bool json_, terminal_, shown_ = false;
  std::string unit_, file_, last_said_;
  double total_ = 0;
  int64_t done_ = 0, before_ = 0;
  Clock::time_point begun_, last_shown_;
};

}  // namespace gan
