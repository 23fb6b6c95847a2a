// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/latency.h"

namespace gan {

void Latency::set(GstElement* element, double ms) {
  of_frame_.with([&](GstClockTime& time) { time = static_cast<GstClockTime>(ms * GST_MSECOND); });
  gst_element_post_message(element, gst_message_new_latency(GST_OBJECT(element)));
}

bool Latency::answer(GstBaseTransform* base, GstQuery* query) const {
  if (!gst_pad_peer_query(base->sinkpad, query)) return false;
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  const GstClockTime own = live ? of_frame_.copy() : 0;
  gst_query_set_latency(query, live, least + own,
                        GST_CLOCK_TIME_IS_VALID(most) ? most + own : most);
  return true;
}

}  // namespace gan
