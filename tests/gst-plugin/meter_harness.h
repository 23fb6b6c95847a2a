// SPDX-License-Identifier: LGPL-2.1-or-later
// psnrmeter with both inputs in the test's hand: frames of one grey value at given times.
#pragma once

#include <functional>
#include <utility>

#include "core/error.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {

constexpr const char* kMeter = "psnrmeter name=m ! fakesink ";

inline std::string final_of(const Outcome& outcome) {
  for (const auto& text : outcome.element_messages)
    if (text.find("final=(boolean)true") != std::string::npos) return text;
  return "";
}

// "videotestsrc PROPERTIES ! CAPS ! " of small I420 frames.
inline std::string test_source(const std::string& properties, int rate = 10) {
  return concat("videotestsrc ", properties,
                " ! video/x-raw,format=I420,width=32,height=32,framerate=", rate, "/1 ! ");
}

class MeterHarness {
 public:
  static constexpr int kSide = 16;
  GstHarness *processed = nullptr, *reference = nullptr;

  // `configure` sets properties before the element starts.
  explicit MeterHarness(
      const char* caps = "format=GRAY8,width=16,height=16",
      const std::function<void(GstElement*)>& configure = [](GstElement*) {}) {
    GstElement* const element = gst_element_factory_make("psnrmeter", nullptr);
    configure(element);
    processed = gst_harness_new_with_element(element, "dist_sink", "src");
    reference = gst_harness_new_with_element(element, "ref_sink", nullptr);
    gst_object_unref(element);
    const std::string all = concat("video/x-raw,framerate=25/1,", caps);
    for (GstHarness* side : {processed, reference}) gst_harness_set_src_caps_str(side, all.c_str());
  }
  ~MeterHarness() {
    gst_harness_teardown(reference);
    gst_harness_teardown(processed);
  }
  MeterHarness(const MeterHarness&) = delete;
  MeterHarness& operator=(const MeterHarness&) = delete;

  static GstBuffer* grey(GstClockTime time_ms, guint8 value) {
    GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, kSide * kSide, nullptr);
    gst_buffer_memset(buffer, 0, value, kSide * kSide);
    GST_BUFFER_PTS(buffer) = time_ms * GST_MSECOND;
    return buffer;
  }
  void push_reference(GstClockTime time_ms, guint8 value = 100) {
    EXPECT_EQ(gst_harness_push(reference, grey(time_ms, value)), GST_FLOW_OK);
  }
  void push_processed(GstClockTime time_ms, guint8 value = 103) {
    EXPECT_EQ(gst_harness_push(processed, grey(time_ms, value)), GST_FLOW_OK);
  }
  // Ends both streams and waits until that has come out.
  void end() {
    gst_harness_push_event(reference, gst_event_new_eos());
    gst_harness_push_event(processed, gst_event_new_eos());
    while (GstEvent* const event = gst_harness_pull_event(processed)) {
      const bool eos = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
      gst_event_unref(event);
      if (eos) return;
    }
    ADD_FAILURE() << "EOS did not come out";
  }
  guint frames_out() const { return gst_harness_buffers_received(processed); }
  double stat(const char* name) const {
    GstStructure* stats = nullptr;
    g_object_get(processed->element, "stats", &stats, nullptr);
    gchar* const text = gst_structure_to_string(stats);
    const double value = number_in(text, name);
    g_free(text);
    gst_structure_free(stats);
    return value;
  }
};

}  // namespace gan::test
