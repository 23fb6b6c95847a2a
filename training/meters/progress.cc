// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/meters/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace gan::training {

using Clock = std::chrono::steady_clock;

std::string duration_text(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  char text[64];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%lld h %02lld min", static_cast<long long>(whole / 3600),
                  static_cast<long long>(whole / 60 % 60));
  else if (whole >= 60)
    std::snprintf(text, sizeof text, "%lld min %02lld s", static_cast<long long>(whole / 60),
                  static_cast<long long>(whole % 60));
  else
    std::snprintf(text, sizeof text, "%lld s", static_cast<long long>(whole));
  return text;
}

Progress::Progress(const std::string& log, int64_t first_step, int64_t steps, double limit)
    : terminal_(isatty(STDERR_FILENO)),
      first_step_(first_step),
      steps_(steps),
      step_(first_step - 1),
      limit_(limit),
      start_(Clock::now()),
      drawn_(start_) {
  if (!log.empty()) log_ = std::fopen(log.c_str(), "a");
}

Progress::~Progress() {
  clear_bar();
  if (log_) std::fclose(log_);
}

std::string Progress::speed() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const auto done = static_cast<double>(step_ - first_step_ + 1);
  if (done <= 0 || seconds <= 0) return "starting";
  char rate[32];
  std::snprintf(rate, sizeof rate, "%.3g steps/s", done / seconds);
  std::string text = rate;
  double left = static_cast<double>(steps_ - step_) * seconds / done;
  if (limit_ > 0) left = std::min(left, limit_ - seconds);
  if (left > 0) text += ", " + duration_text(left) + " left";
  if (const auto share = std::lround(100 * waited_ / seconds); share >= 5)
    text += concat(", ", share, " % of the time waiting for data");
  return text;
}

void Progress::step(int64_t step, double waited) {
  step_ = step;
  waited_ = waited;
  if (!terminal_ || Clock::now() - drawn_ < std::chrono::milliseconds(200)) return;
  drawn_ = Clock::now();
  constexpr int kWidth = 30;
  const auto filled = static_cast<size_t>(kWidth * step_ / std::max<int64_t>(steps_, 1));
  std::string bar(filled, '#');
  bar.resize(kWidth, '.');
  std::fprintf(stderr, "\r\033[K[%s] %lld/%lld  %s", bar.c_str(), static_cast<long long>(step_),
               static_cast<long long>(steps_), speed().c_str());
  std::fflush(stderr);
  bar_shown_ = true;
}

void Progress::clear_bar() {
  if (bar_shown_) std::fputs("\r\033[K", stderr);
  bar_shown_ = false;
}

void Progress::line(const std::string& text) {
  clear_bar();
  std::fprintf(stderr, "%s\n", text.c_str());
  if (!log_) return;
  std::fprintf(log_, "%s\n", text.c_str());
  std::fflush(log_);
}

}  // namespace gan::training
