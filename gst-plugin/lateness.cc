// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/lateness.h"

namespace gan {
namespace {

constexpr gint kQuality = 250000;  // of 1,000,000, the network's

}  // namespace

void Lateness::start() {
  flush();
  counts_.with([](Counts& counts) { counts = {}; });
}

void Lateness::flush() {
  told_.with([](Told& told) { told = {}; });
}

void Lateness::listen(GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_QOS) return;
  GstQOSType type;
  gdouble proportion = 1;
  GstClockTimeDiff late = 0;
  GstClockTime time = GST_CLOCK_TIME_NONE;
  gst_event_parse_qos(event, &type, &proportion, &late, &time);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return;
  const bool before_start = late < 0 && static_cast<GstClockTime>(-late) > time;
  told_.with([&](Told& told) {
    told.earliest = before_start ? 0 : time + static_cast<GstClockTime>(late);
    told.proportion = proportion;
  });
}

static GstClockTime running_time(const GstSegment& segment, GstBuffer* buffer) {
  return gst_segment_to_running_time(&segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
}

bool Lateness::is_late(const GstSegment& segment, GstBuffer* buffer) const {
  const GstClockTime time = running_time(segment, buffer), earliest = told_.copy().earliest;
  return GST_CLOCK_TIME_IS_VALID(time) && GST_CLOCK_TIME_IS_VALID(earliest) && time <= earliest;
}

void Lateness::post(GstBaseTransform* base, GstBuffer* buffer) {
  const GstSegment& segment = base->segment;
  const GstClockTime time = running_time(segment, buffer);
  const Told told = told_.copy();
  const Counts counts = counts_.with([](Counts& all) {
    ++all.degraded;
    return all;
  });
  GstMessage* const message = gst_message_new_qos(
      GST_OBJECT(base), FALSE, time,
      gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer)),
      GST_BUFFER_PTS(buffer), GST_BUFFER_DURATION(buffer));
  gst_message_set_qos_values(message, GST_CLOCK_DIFF(time, told.earliest), told.proportion,
                             kQuality);
  gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, counts.frames, counts.degraded);
  gst_element_post_message(GST_ELEMENT(base), message);
}

}  // namespace gan
