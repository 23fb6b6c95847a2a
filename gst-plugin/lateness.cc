// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/lateness.h"

namespace gan {
namespace {

constexpr gint kQuality = 250000;  // of 1,000,000, the network's

}  // namespace

void Lateness::start() {
  told_.with([](Told& told) { told = {}; });
  counts_.with([](Counts& counts) { counts = {}; });
}

void Lateness::flush() {
  told_.with([](Told& told) {
    told.forecast.forget_sink();
    told.throttled = GST_CLOCK_TIME_NONE;
  });
}

void Lateness::assume_cost(double ms) {
  told_.with(
      [&](Told& told) { told.forecast.assume_cost(static_cast<int64_t>(ms * GST_MSECOND)); });
}

void Lateness::listen(GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_QOS) return;
  GstQOSType type;
  gdouble proportion = 1;
  GstClockTimeDiff late = 0;
  GstClockTime time = GST_CLOCK_TIME_NONE;
  gst_event_parse_qos(event, &type, &proportion, &late, &time);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return;
  told_.with([&](Told& told) {
    told.proportion = proportion;
    if (type == GST_QOS_TYPE_THROTTLE)
      told.throttled = late > 0 ? time + static_cast<GstClockTime>(late) : GST_CLOCK_TIME_NONE;
    else
      told.forecast.told(static_cast<int64_t>(time), late);
  });
}

GstClockTime Lateness::now(GstElement* element) {
  return GST_STATE(element) == GST_STATE_PLAYING ? gst_element_get_current_running_time(element)
                                                 : GST_CLOCK_TIME_NONE;
}

std::optional<GstClockTime> Lateness::earliest(GstElement* element) const {
  const GstClockTime time = now(element);
  return told_.with([&](const Told& told) {
    std::optional<GstClockTime> earliest;
    if (const auto forecast = GST_CLOCK_TIME_IS_VALID(time)
                                  ? told.forecast.earliest(static_cast<int64_t>(time))
                                  : told.forecast.earliest())
      earliest = static_cast<GstClockTime>(MAX(*forecast, 0));
    if (GST_CLOCK_TIME_IS_VALID(told.throttled))
      earliest = MAX(earliest.value_or(0), told.throttled + 1);
    return earliest;
  });
}

bool Lateness::is_late(GstElement* element, GstClockTime frame) const {
  if (!GST_CLOCK_TIME_IS_VALID(frame)) return false;
  const auto first = earliest(element);
  return first && frame < *first;
}

void Lateness::made(GstElement* element, GstClockTime frame, GstClockTime begun,
                    GstClockTime done) {
  const GstClockTime sent = now(element);
  if (!GST_CLOCK_TIME_IS_VALID(frame) || !GST_CLOCK_TIME_IS_VALID(begun) ||
      !GST_CLOCK_TIME_IS_VALID(done) || !GST_CLOCK_TIME_IS_VALID(sent))
    return;
  told_.with([&](Told& told) {
    told.forecast.made(static_cast<int64_t>(frame), static_cast<int64_t>(begun),
                       static_cast<int64_t>(done), static_cast<int64_t>(sent));
  });
}

void Lateness::passed(GstElement* element, GstClockTime frame) {
  const GstClockTime sent = now(element);
  if (!GST_CLOCK_TIME_IS_VALID(frame) || !GST_CLOCK_TIME_IS_VALID(sent)) return;
  told_.with([&](Told& told) {
    told.forecast.passed(static_cast<int64_t>(frame), static_cast<int64_t>(sent));
  });
}

double Lateness::cost_ms() const {
  return static_cast<double>(told_.with([](const Told& told) { return told.forecast.cost(); })) /
         GST_MSECOND;
}

void Lateness::post_degraded(GstElement* element, const LateFrame& frame) {
  const Counts counts = counts_.with([](Counts& all) {
    ++all.degraded;
    return all;
  });
  GstMessage* const message =
      gst_message_new_qos(GST_OBJECT(element), FALSE, frame.running_time, frame.stream_time,
                          frame.timestamp, frame.duration);
  const GstClockTime first = earliest(element).value_or(frame.running_time);
  gst_message_set_qos_values(message, GST_CLOCK_DIFF(frame.running_time, first),
                             told_.copy(&Told::proportion), kQuality);
  gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, counts.frames, counts.degraded);
  gst_element_post_message(element, message);
}

}  // namespace gan
