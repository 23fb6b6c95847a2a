// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frames a sink would throw away because they come late, by what it tells of those before
// (QoS events), by the clock and by what a frame takes; and the message about those that are
// therefore made in a lesser way or left out.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "core/arrival_forecast.h"
#include "gst-plugin/locked.h"

namespace gan {

class Lateness {
 public:
  void start();  // nothing counted, nothing told
  void flush();  // nothing told
  // What a frame takes, before one was made. Milliseconds.
  void assume_cost(double ms);

  // Any thread: events from downstream.
  void listen(GstEvent* event);

  // Running time of the first frame that is in time when it is begun now; none where any will do.
  std::optional<GstClockTime> earliest(GstElement* element) const;
  bool is_late(GstElement* element, GstClockTime frame) const;

  // A frame of that running time was made between two moments and is sent now, or passed on as it
  // was or in a way that costs little. No clock, no frame: nothing is learned.
  static GstClockTime now(GstElement* element);  // running time
  void made(GstElement* element, GstClockTime frame, GstClockTime begun, GstClockTime done);
  void passed(GstElement* element, GstClockTime frame);
  double cost_ms() const;  // of a frame, with what it varies by

  void count_frame() {
    counts_.with([](Counts& counts) { ++counts.frames; });
  }
  guint64 degraded() const { return counts_.copy().degraded; }

  // Posts that a frame is of lesser quality (degraded), or that it was left out.
  struct LateFrame {
    GstClockTime running_time, stream_time, timestamp, duration;
  };
  void post_degraded(GstElement* element, const LateFrame& frame);

 private:
  struct Told {
    ArrivalForecast forecast;
    GstClockTime throttled = GST_CLOCK_TIME_NONE;  // running time up to which no frame is wanted
    gdouble proportion = 1;
  };
  struct Counts {
    guint64 frames = 0, degraded = 0;
  };
  Locked<Told> told_;
  Locked<Counts> counts_;
};

}  // namespace gan
