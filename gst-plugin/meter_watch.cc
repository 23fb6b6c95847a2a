// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/meter_watch.h"

namespace gan {
namespace {

constexpr GstClockTime kPatience = 5 * GST_SECOND, kInterval = GST_SECOND / 2;

}  // namespace

void MeterWatch::start() {
  warned_ = false;
  progress();
  GstClock* const clock = gst_system_clock_obtain();
  timer_ = gst_clock_new_periodic_id(clock, gst_clock_get_time(clock) + kInterval, kInterval);
  gst_object_unref(clock);
  // A call may still be under way when stop() returns, so the timer keeps the element.
  gst_object_ref(element_);
  gst_clock_id_wait_async(timer_, look, this, [](gpointer watch) {
    gst_object_unref(static_cast<MeterWatch*>(watch)->element_);
  });
}

void MeterWatch::stop() {
  if (!timer_) return;
  gst_clock_id_unschedule(timer_);
  gst_clock_id_unref(timer_);
  timer_ = nullptr;
}

gboolean MeterWatch::look(GstClock*, GstClockTime time, GstClockID, gpointer watch) {
  static_cast<MeterWatch*>(watch)->look_at_pads(time);
  return TRUE;
}

void MeterWatch::look_at_pads(GstClockTime now) {
  const bool reference = gst_aggregator_pad_has_buffer(reference_);
  const bool processed = gst_aggregator_pad_has_buffer(processed_);
  GstAggregatorPad* const empty = reference ? processed_ : reference_;
  if (reference == processed || gst_aggregator_pad_is_eos(empty)) return progress();
  GstClockTime nothing = 0;
  if (since_.compare_exchange_strong(nothing, now) || now - nothing < kPatience) return;
  if (warned_.exchange(true)) return;
  if (!gst_pad_is_linked(GST_PAD(empty))) {
    GST_ELEMENT_WARNING(
        element_, STREAM, FAILED,
        ("%s is linked to nothing: psnrmeter compares two streams", GST_PAD_NAME(empty)),
        (nullptr));
    return;
  }
  GST_ELEMENT_WARNING(
      element_, STREAM, FAILED,
      ("%s has had no frame for %d s while one waits on %s. If both come from one tee, each branch "
       "needs a queue that holds more frames than the processing keeps, such as queue "
       "max-size-buffers=100 max-size-bytes=0 max-size-time=0",
       GST_PAD_NAME(empty), static_cast<int>(kPatience / GST_SECOND),
       GST_PAD_NAME(reference ? reference_ : processed_)),
      (nullptr));
}

}  // namespace gan
