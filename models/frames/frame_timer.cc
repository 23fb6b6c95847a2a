// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/frames/frame_timer.h"

#include <algorithm>

namespace gan {

void FrameTimer::count(Moment begun) {
  const double ms = std::chrono::duration<double, std::milli>(now() - begun).count();
  const std::lock_guard lock(mutex_);
  last_[frames_ % last_.size()] = static_cast<float>(ms);
  ++frames_;
  total_ms_ += ms;
}

EnhancerStats FrameTimer::stats() const {
  const std::lock_guard lock(mutex_);
  EnhancerStats stats;
  stats.frames = frames_;
  if (frames_ == 0) return stats;
  stats.mean_ms = total_ms_ / static_cast<double>(frames_);
  auto recent = last_;
  const auto count = static_cast<ptrdiff_t>(std::min<uint64_t>(frames_, last_.size()));
  const auto nth = recent.begin() + count * 95 / 100;
  std::nth_element(recent.begin(), nth, recent.begin() + count);
  stats.p95_ms = static_cast<double>(*nth);
  return stats;
}

}  // namespace gan
