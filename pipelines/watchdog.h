// SPDX-License-Identifier: LGPL-2.1-or-later
// Ends a process in which nothing moves any more, naming who holds it up.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gan {

// Where frames pass: the reading of a file, an element, an encoder.
class Station {
 public:
  // While one lives, the station works on something.
  class Work {
   public:
    explicit Work(Station& station) : station_(station) { station_.since_ = now(); }
    ~Work() { station_.since_ = 0; }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

   private:
    Station& station_;
  };

  explicit Station(std::string name) : name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  double busy_s() const;  // with one and the same; 0: idle

 private:
  static int64_t now();
  std::string name_;
  std::atomic<int64_t> since_{0};
};

class Watchdog {
 public:
  // Calls `stalled` with what to say, from a thread of its own, when a station has been at the same
  // for `limit_s`; 0: never.
  Watchdog(std::vector<const Station*> stations, double limit_s,
           std::function<void(const std::string&)> stalled);
  ~Watchdog();

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace gan
