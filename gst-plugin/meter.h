// SPDX-License-Identifier: LGPL-2.1-or-later
// What psnrmeter does with the frames of its two inputs: pairs them, measures them, lets the
// processed ones go on, and says what there is to say.
#pragma once

#include <gst/base/gstaggregator.h>

#include <string>

#include "gst-plugin/locked.h"
#include "gst-plugin/measurement.h"
#include "gst-plugin/meter_input.h"
#include "gst-plugin/meter_watch.h"

namespace gan {

// The streaming thread's, but for settings and stats(). What throws says what it throws; all may
// throw Error for what the classes below refuse.
class Meter {
 public:
  Meter(GstAggregator* element, GstAggregatorPad* reference, GstAggregatorPad* processed);

  Locked<MeterSettings> settings;
  UniqueStructure stats() { return measurement_.summary("psnrmeter-stats"); }

  void start();
  void stop();
  // A new measurement, of the frames to come.
  void flush();

  bool is_processed(GstAggregatorPad* pad) const { return pad == processed_.pad(); }
  void take_caps(GstAggregatorPad* pad, GstCaps* caps);
  void take_segment(GstAggregatorPad* pad, const GstSegment& segment);
  // What the frames that go on have; null before they have any.
  GstCaps* caps() const { return sent_caps_.get(); }

  // Does what is to be done with the oldest frames; with `late`, one of them waits no longer.
  // GST_AGGREGATOR_FLOW_NEED_DATA when more must come first.
  GstFlowReturn work(bool late);
  // Running time of the oldest frame; none when there is none.
  GstClockTime next_time() const { return MIN(reference_.next_time(), processed_.next_time()); }

 private:
  MeterInput& input(GstAggregatorPad* pad) { return is_processed(pad) ? processed_ : reference_; }
  void warn(const std::string& text);
  void post(UniqueStructure values);
  void send_stream(const InputStream& stream);
  void align(const PairingOptions& options);
  GstFlowReturn step(bool late);
  void measure(const MeterFrame& reference, const MeterFrame& processed);
  void sum_up();

  GstAggregator* element_;
  MeterInput reference_, processed_;
  Measurement measurement_;
  MeterWatch watch_;
  // What was said at src: that of the frame that left, not of those that are held.
  UniqueCaps sent_caps_;
  guint sent_segments_ = 0;
};

}  // namespace gan
