// SPDX-License-Identifier: LGPL-2.1-or-later
// How long frames take.
#pragma once

#include <array>
#include <chrono>
#include <mutex>

#include "core/engine.h"

namespace gan {

class FrameTimer {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  static Moment now() { return std::chrono::steady_clock::now(); }
  void start() { start_ = now(); }
  void stop() { count(start_); }
  void count(Moment begun);  // a frame that ends now
  EnhancerStats stats() const;  // frames, mean_ms, p95_ms; any thread

 private:
  Moment start_;
  mutable std::mutex mutex_;
  uint64_t frames_ = 0;
  double total_ms_ = 0;
  std::array<float, 1000> last_{};  // ring
};

}  // namespace gan
