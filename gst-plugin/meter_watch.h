// SPDX-License-Identifier: LGPL-2.1-or-later
// Notices when one input of psnrmeter waits for the other without end, as it does when both come
// from one tee and a branch has no queue, or too small a one.
#pragma once

#include <gst/base/gstaggregator.h>

#include <atomic>

namespace gan {

class MeterWatch {
 public:
  MeterWatch(GstElement* element, GstAggregatorPad* reference, GstAggregatorPad* processed)
      : element_(element), reference_(reference), processed_(processed) {}
  ~MeterWatch() { stop(); }

  // Between start() and stop(), posts one warning when five seconds pass in which one pad has a
  // frame, the other has none and is not at its end, and progress() is not called.
  void start();
  void stop();
  void progress() { since_ = 0; }

 private:
  static gboolean look(GstClock* clock, GstClockTime time, GstClockID id, gpointer watch);
  void look_at_pads(GstClockTime now);

  GstElement* element_;
  GstAggregatorPad *reference_, *processed_;
  GstClockID timer_ = nullptr;
  std::atomic<GstClockTime> since_{0};  // when the waiting began; 0: nothing waits
  std::atomic<bool> warned_{false};
};

}  // namespace gan
