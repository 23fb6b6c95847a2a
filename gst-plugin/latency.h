// SPDX-License-Identifier: LGPL-2.1-or-later
// By how much an element that holds no frame makes each of them later.
#pragma once

#include <gst/base/gstbasetransform.h>

#include "gst-plugin/locked.h"

namespace gan {

// A live pipeline stands still for a moment when its latency changes, so what is told stays as long
// as it holds. Any thread.
class Latency {
 public:
  // Milliseconds that frames are expected to take from now on, by another network or in another
  // size. Tells the pipeline where that is more than it was told, or less than half of it.
  void expect(GstElement* element, double ms);
  // Milliseconds that frames take. Tells the pipeline where that is more than it was told.
  void measured(GstElement* element, double ms);
  // Answers a LATENCY query at the source pad; only live pipelines wait. idle: no frame takes long.
  bool answer(GstBaseTransform* base, GstQuery* query, bool idle) const;

 private:
  void tell(GstElement* element, double ms);

  Locked<GstClockTime> told_{0};
};

}  // namespace gan
