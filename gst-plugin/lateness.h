// SPDX-License-Identifier: LGPL-2.1-or-later
// What sinks say of frames that came late, which frames will be, and the message about those that
// are therefore enlarged plainly.
#pragma once

#include <gst/base/gstbasetransform.h>

#include "gst-plugin/locked.h"

namespace gan {

class Lateness {
 public:
  void start();                  // nothing counted, nothing told
  void flush();                  // streaming thread: nothing told
  void listen(GstEvent* event);  // any thread: events from downstream
  // Streaming thread: the frame would come after those that the sink still shows.
  bool is_late(const GstSegment& segment, GstBuffer* buffer) const;
  // Posts that the frame is of lesser quality.
  void post(GstBaseTransform* base, GstBuffer* buffer);
  guint64 degraded() const { return counts_.copy().degraded; }
  void count_frame() {
    counts_.with([](Counts& counts) { ++counts.frames; });
  }

 private:
  struct Told {
    GstClockTime earliest = GST_CLOCK_TIME_NONE;  // running time of frames that can be in time
    gdouble proportion = 1;
  };
  struct Counts {
    guint64 frames = 0, degraded = 0;
  };
  Locked<Told> told_;
  Locked<Counts> counts_;
};

}  // namespace gan
