// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/watchdog.h"

#include "core/error.h"

namespace gan {

int64_t Station::now() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
}

double Station::busy_s() const {
  const int64_t since = since_;
  return since == 0 ? 0 : static_cast<double>(now() - since) / 1000;
}

Watchdog::Watchdog(std::vector<const Station*> stations, double limit_s,
                   std::function<void(const std::string&)> stalled)
    : thread_([=, this] {
        std::unique_lock lock(mutex_);
        while (!ended_.wait_for(lock, std::chrono::milliseconds(250), [&] { return end_; }))
          for (const Station* station : stations)
            if (limit_s > 0 && station->busy_s() > limit_s)
              stalled(concat("nothing has moved for ", limit_s, " s: ", station->name(),
                             " stands still"));
      }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace gan
