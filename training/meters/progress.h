// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person sees of a run: a bar on a terminal, plain lines elsewhere, all of it in log.txt.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace gan::training {

class Progress {
 public:
  // log: a file that lines are appended to; may be empty. The time left counts from first_step and
  // ends after `limit` seconds, 0: with the steps.
  Progress(const std::string& log, int64_t first_step, int64_t steps, double limit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // After every step; redraws the bar a few times a second. waited: seconds that all steps so far
  // waited for data.
  void step(int64_t step, double waited = 0);
  // A full line, for instance a row of metrics.
  void line(const std::string& text);
  // "12.3 steps/s", "1 h 02 min left" while there is any, and "30 % of the time waiting for data"
  // from 5 % on
  std::string speed() const;

 private:
  void clear_bar();
  std::FILE* log_ = nullptr;
  bool terminal_;
  bool bar_shown_ = false;
  int64_t first_step_, steps_, step_;
  double limit_, waited_ = 0;
  std::chrono::steady_clock::time_point start_, drawn_;
};

std::string duration_text(double seconds);  // "1 h 02 min", "3 min 20 s", "5 s"

}  // namespace gan::training
