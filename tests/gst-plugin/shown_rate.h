// SPDX-License-Identifier: LGPL-2.1-or-later
// How many frames a second a viewer sees of a pipeline whose sink leaves out what comes more than
// 5 ms late, as video sinks do.
#pragma once

#include "tests/gst-plugin/harness.h"

namespace gan::test {

struct ShownRate {
  double shown = 0;      // frames a second that the sink rendered
  double dropped = 0;    // and left out
  double lag = 0;        // seconds that the last frame's time is behind the clock at the end
  guint64 degraded = 0;  // plainly resampled, of enhancegan
};

// Plays `text`, which ends in the element named e, for `seconds` after its first frame.
inline ShownRate shown_rate(const std::string& text, double seconds) {
  const UniquePipeline pipeline(
      gst_parse_launch((text + " ! fakesink name=s sync=true qos=true max-lateness=5000000 "
                               "enable-last-sample=true")
                           .c_str(),
                       nullptr));
  const UniqueElement sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "s"));
  const UniqueElement element(gst_bin_get_by_name(GST_BIN(pipeline.get()), "e"));
  const auto rendered = [&] {
    GstStructure* stats = nullptr;
    guint64 shown = 0, dropped = 0;
    g_object_get(sink.get(), "stats", &stats, nullptr);
    gst_structure_get(stats, "rendered", G_TYPE_UINT64, &shown, "dropped", G_TYPE_UINT64, &dropped,
                      nullptr);
    gst_structure_free(stats);
    return std::pair(double(shown), double(dropped));
  };
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  gst_element_get_state(pipeline.get(), nullptr, nullptr, 60 * GST_SECOND);
  while (rendered().first == 0) g_usleep(2000);
  g_usleep(300000);  // the first forecasts
  const auto before = rendered();
  const gint64 start = g_get_monotonic_time();
  g_usleep(gulong(seconds * G_USEC_PER_SEC));
  const auto after = rendered();
  const double took = double(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
  ShownRate rate{(after.first - before.first) / took, (after.second - before.second) / took};
  GstSample* last = nullptr;
  g_object_get(sink.get(), "last-sample", &last, nullptr);
  const GstClockTime now = gst_element_get_current_running_time(pipeline.get());
  rate.lag = (double(now) - double(GST_BUFFER_PTS(gst_sample_get_buffer(last)))) / GST_SECOND;
  gst_sample_unref(last);
  GstStructure* stats = nullptr;
  g_object_get(element.get(), "stats", &stats, nullptr);
  gst_structure_get_uint64(stats, "degraded", &rate.degraded);
  gst_structure_free(stats);
  return rate;
}

// Frames a second that the element makes where nothing waits and nothing is late.
inline double capacity(const std::string& text, int frames) {
  const UniquePipeline pipeline(
      gst_parse_launch((text + " ! fakesink name=s sync=false").c_str(), nullptr));
  const UniqueElement element(gst_bin_get_by_name(GST_BIN(pipeline.get()), "e"));
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  double mean = 0;
  for (guint64 made = 0; made < guint64(frames);) {
    const UniqueMessage error(gst_bus_timed_pop_filtered(bus, 10 * GST_MSECOND, GST_MESSAGE_ERROR));
    EXPECT_FALSE(error);
    GstStructure* stats = nullptr;
    g_object_get(element.get(), "stats", &stats, nullptr);
    gst_structure_get(stats, "frames", G_TYPE_UINT64, &made, "mean-ms", G_TYPE_DOUBLE, &mean,
                      nullptr);
    gst_structure_free(stats);
  }
  gst_object_unref(bus);
  return 1000 / mean;
}

// The same pipeline at a frame rate.
inline std::string at_rate(const std::string& source, double rate, const std::string& element) {
  return source + ",framerate=" + std::to_string(std::lround(rate * 100)) + "/100 ! " + element;
}

}  // namespace gan::test
