// SPDX-License-Identifier: LGPL-2.1-or-later
// The frames that a pipeline shows.
#pragma once

#include <functional>

#include "tests/gst-plugin/harness.h"
#include "tests/models/generators.h"

namespace gan::test {

struct Frames {
  std::vector<std::string> bytes;
  std::vector<GstClockTime> pts;
};

inline std::string bytes_of(GstBuffer* buffer) {
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_READ);
  std::string bytes(reinterpret_cast<const char*>(map.data), map.size);
  gst_buffer_unmap(buffer, &map);
  return bytes;
}

// A pipeline that ends in a fakesink named `sink`, whose frames are kept.
class Show {
 public:
  explicit Show(const std::string& text)
      : pipeline_(gst_parse_launch(
            (text + " ! fakesink name=sink signal-handoffs=true sync=false").c_str(), nullptr)) {
    const UniqueElement sink(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink"));
    const auto keep = +[](GstElement*, GstBuffer* buffer, GstPad*, gpointer data) {
      auto& kept = *static_cast<Frames*>(data);
      kept.bytes.push_back(bytes_of(buffer));
      kept.pts.push_back(GST_BUFFER_PTS(buffer));
    };
    g_signal_connect(sink.get(), "handoff", G_CALLBACK(keep), &frames_);
  }

  void pause() {
    gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
    gst_element_get_state(pipeline_.get(), nullptr, nullptr, 10 * GST_SECOND);
  }
  // From begin to end, backwards at a negative rate.
  bool try_seek(double rate, GstClockTime begin, GstClockTime end) {
    const bool done = gst_element_seek(pipeline_.get(), rate, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                       GST_SEEK_TYPE_SET, begin, GST_SEEK_TYPE_SET, end);
    gst_element_get_state(pipeline_.get(), nullptr, nullptr, GST_SECOND);
    return done;
  }
  void seek(double rate, GstClockTime begin, GstClockTime end) {
    EXPECT_TRUE(try_seek(rate, begin, end));
  }
  // Until the end of the stream; then the pipeline is at NULL.
  Frames play() {
    frames_ = {};
    return resume();
  }
  // The same, with the frames that came before.
  Frames resume() {
    GstBus* const bus = gst_element_get_bus(pipeline_.get());
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    const UniqueMessage end(gst_bus_timed_pop_filtered(
        bus, 20 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS);
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    gst_object_unref(bus);
    return std::move(frames_);
  }
  GstElement* pipeline() const { return pipeline_.get(); }

 private:
  Frames frames_;
  UniquePipeline pipeline_;
};

inline Frames frames_of(const std::string& text) { return Show(text).play(); }

class WalkTest : public testing::Test {
 protected:
  // latentwalk with one of the generators.
  std::string walk(const std::string& generator, const std::string& properties) {
    return "latentwalk model=" + generators_.file(generator) + " " + properties + " ";
  }
  Generators generators_;
};

}  // namespace gan::test
