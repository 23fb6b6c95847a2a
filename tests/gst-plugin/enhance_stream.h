// SPDX-License-Identifier: LGPL-2.1-or-later
// A stream of grey frames through enhancegan.
#pragma once

#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {

// A harness around enhancegan that is fed grey frames of 16x16, whose brightness tells which
// network made them.
class EnhanceStream : public testing::Test {
 protected:
  void begin(const std::string& name, const std::string& properties = "") {
    model_ = enhancers_.file(name);
    const std::string text = "enhancegan precision=fp32 model=" + model_ + " " + properties;
    harness_ = gst_harness_new_parse(text.c_str());
    element_ = gst_harness_find_element(harness_, "enhancegan");
    bus_ = gst_bus_new();
    gst_element_set_bus(element_, bus_);
    gst_harness_set_src_caps_str(harness_,
                                 "video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1");
  }
  void TearDown() override {
    if (!harness_) return;
    gst_element_set_bus(element_, nullptr);
    gst_object_unref(bus_);
    gst_object_unref(element_);
    gst_harness_teardown(harness_);
  }
  GstBuffer* grey() {
    GstBuffer* const buffer = gst_harness_create_buffer(harness_, bytes_);
    gst_buffer_memset(buffer, 0, 50, bytes_);
    GST_BUFFER_PTS(buffer) = frame_++ * 40 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 40 * GST_MSECOND;
    return buffer;
  }
  // What a grey of 50 becomes; 0 where nothing came.
  int brightness() {
    GstBuffer* const out = gst_harness_push_and_pull(harness_, grey());
    if (!out) return 0;
    const std::string bytes = bytes_of(out);
    gst_buffer_unref(out);
    for (const char byte : bytes) EXPECT_EQ(byte, bytes[0]) << "torn";
    return uint8_t(bytes[0]);
  }
  // The event of the next element message, while frames flow; "" after five seconds.
  std::string next_event() {
    const gint64 end = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    while (g_get_monotonic_time() < end) {
      EXPECT_GT(brightness(), 0);
      const UniqueMessage message(
          gst_bus_timed_pop_filtered(bus_, 20 * GST_MSECOND, GST_MESSAGE_ELEMENT));
      if (!message) continue;
      const GstStructure* const said = gst_message_get_structure(message.get());
      text_ = gst_structure_get_string(said, "text");
      return gst_structure_get_string(said, "event");
    }
    return "";
  }
  void replace_model(const std::string& name) {
    std::filesystem::rename(enhancers_.file(name), model_);
  }

  Enhancers enhancers_;
  std::string model_, text_;
  GstHarness* harness_ = nullptr;
  GstElement* element_ = nullptr;
  GstBus* bus_ = nullptr;
  guint64 frame_ = 0;
  gsize bytes_ = 256;  // of a frame
};

}  // namespace gan::test
