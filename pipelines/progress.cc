// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/json.h"

namespace gan {

Progress::Progress(bool json, std::string unit)
    : json_(json), terminal_(isatty(STDERR_FILENO)), unit_(std::move(unit)), begun_(Clock::now()) {}

void Progress::begin(const std::string& file, double total, int64_t done) {
  const std::lock_guard lock(mutex_);
  file_ = file;
  total_ = total;
  done_ = before_ = done;
  begun_ = Clock::now();
  last_shown_ = {};
}

void Progress::step(int64_t done) {
  const std::lock_guard lock(mutex_);
  done_ = done;
  const auto apart =
      terminal_ || json_ ? std::chrono::milliseconds(250) : std::chrono::milliseconds(5000);
  if (Clock::now() - last_shown_ < apart) return;
  last_shown_ = Clock::now();
  show();
}

void Progress::show() {
  const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_ - before_) / seconds : 0;
  const double left = std::max(0.0, total_ - static_cast<double>(done_));
  if (json_) {
    std::printf(
        "{\"event\": \"progress\", \"file\": %s, \"done\": %lld, \"total\": %.0f, \"per_second\": "
        "%.3f}\n",
        json_quote(file_).c_str(), static_cast<long long>(done_), total_, rate);
    std::fflush(stdout);
    return;
  }
  std::string line;
  char text[160];
  if (total_ > 0) {
    std::snprintf(text, sizeof text, "%3.0f %%  ",
                  std::min(100.0, 100 * static_cast<double>(done_) / total_));
    line += text;
  }
  std::snprintf(text, sizeof text, "%lld %s, %.1f a second", static_cast<long long>(done_),
                unit_.c_str(), rate);
  line += text;
  if (total_ > 0 && rate > 0 && seconds > 1) {
    const auto to_go = static_cast<long>(std::ceil(left / rate));
    if (to_go < 3600)
      std::snprintf(text, sizeof text, ", %ld:%02ld left", to_go / 60, to_go % 60);
    else
      std::snprintf(text, sizeof text, ", %ld:%02ld:%02ld left", to_go / 3600, to_go / 60 % 60,
                    to_go % 60);
    line += text;
  }
  std::fprintf(stderr, terminal_ ? "\r%s\033[K" : "%s\n", line.c_str());
  shown_ = terminal_;
}

void Progress::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

void Progress::say_locked(const char* event, const std::string& text) {
  clear();
  if (json_) {
    std::printf("{\"event\": \"%s\", \"file\": %s, \"text\": %s}\n", event,
                json_quote(file_).c_str(), json_quote(text).c_str());
    std::fflush(stdout);
  } else {
    std::fprintf(stderr, "%s\n", text.c_str());
  }
}

void Progress::say(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (text == last_said_) return;
  last_said_ = text;
  say_locked("note", text);
}

void Progress::done(const std::string& text) {
  const std::lock_guard lock(mutex_);
  say_locked("done", text);
}

}  // namespace gan
