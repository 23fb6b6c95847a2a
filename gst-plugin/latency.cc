// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/latency.h"

namespace gan {
namespace {

// Told of what was measured, so that it need not be told again.
constexpr double kReserve = 1.2, kReserveMs = 2;

GstClockTime nanoseconds(double ms) { return static_cast<GstClockTime>(ms * GST_MSECOND); }

}  // namespace

void Latency::tell(GstElement* element, double ms) {
  told_.with([&](GstClockTime& told) { told = nanoseconds(ms * kReserve + kReserveMs); });
  gst_element_post_message(element, gst_message_new_latency(GST_OBJECT(element)));
}

void Latency::expect(GstElement* element, double ms) {
  const GstClockTime told = told_.copy(), now = nanoseconds(ms);
  if (now > told || nanoseconds(ms * kReserve + kReserveMs) < told / 2) tell(element, ms);
}

void Latency::measured(GstElement* element, double ms) {
  if (nanoseconds(ms) > told_.copy()) tell(element, ms);
}

bool Latency::answer(GstBaseTransform* base, GstQuery* query, bool idle) const {
  if (!gst_pad_peer_query(base->sinkpad, query)) return false;
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  const GstClockTime own = live && !idle ? told_.copy() : 0;
  gst_query_set_latency(query, live, least + own,
                        GST_CLOCK_TIME_IS_VALID(most) ? most + own : most);
  return true;
}

}  // namespace gan
