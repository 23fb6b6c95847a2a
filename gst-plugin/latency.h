// SPDX-License-Identifier: LGPL-2.1-or-later
// By how much an element that holds no frame makes each of them later.
#pragma once

#include <gst/base/gstbasetransform.h>

#include "gst-plugin/locked.h"

namespace gan {

class Latency {
 public:
  // Any thread. Milliseconds that a frame takes; tells the pipeline.
  void set(GstElement* element, double ms);
  // Any thread. Answers a LATENCY query at the source pad; only live pipelines wait.
  bool answer(GstBaseTransform* base, GstQuery* query) const;

 private:
  Locked<GstClockTime> of_frame_{0};
};

}  // namespace gan
