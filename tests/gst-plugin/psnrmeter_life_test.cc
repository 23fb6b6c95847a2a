// SPDX-License-Identifier: LGPL-2.1-or-later
// psnrmeter through states, seeks, flushes, lateness, live sources and long runs.
#include <malloc.h>

#include <functional>

#include "tests/gst-plugin/meter_harness.h"

namespace gan::test {
namespace {

// Frame k of these is the same after any seek and start; smpte has a field of noise, which goes on.
constexpr const char* kStill = "pattern=gradient ";
constexpr const char* kMoving = "pattern=zone-plate kx2=20 ky2=20 kt=7 ";

UniquePipeline parse(const std::string& text) {
  GError* error = nullptr;
  UniquePipeline pipeline(gst_parse_launch(text.c_str(), &error));
  EXPECT_FALSE(error) << error->message;
  return pipeline;
}

UniqueMessage wait_for(GstElement* pipeline, int types, GstClockTime time = 20 * GST_SECOND) {
  GstBus* const bus = gst_element_get_bus(pipeline);
  UniqueMessage message(gst_bus_timed_pop_filtered(bus, time, static_cast<GstMessageType>(types)));
  gst_object_unref(bus);
  return message;
}

std::string stats_of(GstElement* pipeline) {
  GstElement* const meter = gst_bin_get_by_name(GST_BIN(pipeline), "m");
  GstStructure* stats = nullptr;
  g_object_get(meter, "stats", &stats, nullptr);
  gchar* const text = gst_structure_to_string(stats);
  const std::string result = text;
  g_free(text);
  gst_structure_free(stats);
  gst_object_unref(meter);
  return result;
}

TEST(PsnrMeterLife, TheHundredthRunGivesTheNumbersOfTheFirst) {
  const UniquePipeline pipeline =
      parse("psnrmeter name=m ms-ssim=true flicker=true message=false ! fakesink " +
            test_source(concat(kStill, "num-buffers=3")) + "m.ref_sink " +
            test_source(concat(kMoving, "num-buffers=3")) + "m.dist_sink");
  std::string first;
  for (int run = 0; run < 100; ++run) {
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    ASSERT_TRUE(wait_for(pipeline.get(), GST_MESSAGE_EOS)) << "run " << run;
    const std::string stats = stats_of(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    EXPECT_EQ(stats_of(pipeline.get()), stats) << "the numbers stay readable";
    if (run == 0) first = stats;
    ASSERT_EQ(stats, first) << "run " << run;
  }
  EXPECT_EQ(number_in(first, "frames"), 3);
}

void seek(GstElement* pipeline, GstClockTime from, GstClockTime to) {
  ASSERT_TRUE(gst_element_seek(
      pipeline, 1, GST_FORMAT_TIME, GstSeekFlags(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
      GST_SEEK_TYPE_SET, static_cast<gint64>(from), GST_SEEK_TYPE_SET, static_cast<gint64>(to)));
}

TEST(PsnrMeterLife, AFlushingSeekBeginsAnew) {
  const UniquePipeline pipeline =
      parse("psnrmeter name=m message=false ! fakesink " + test_source(kStill) + "m.ref_sink " +
            test_source(kMoving) + "m.dist_sink");
  gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
  ASSERT_TRUE(wait_for(pipeline.get(), GST_MESSAGE_ASYNC_DONE));
  seek(pipeline.get(), 0, 500 * GST_MSECOND);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  ASSERT_TRUE(wait_for(pipeline.get(), GST_MESSAGE_EOS));
  const std::string first = stats_of(pipeline.get());
  EXPECT_EQ(number_in(first, "frames"), 5);
  seek(pipeline.get(), 2 * GST_SECOND, 2300 * GST_MSECOND);
  ASSERT_TRUE(wait_for(pipeline.get(), GST_MESSAGE_EOS));
  const std::string second = stats_of(pipeline.get());
  EXPECT_EQ(number_in(second, "frames"), 3);
  EXPECT_EQ(number_in(second, "unpaired-reference"), 0);
  EXPECT_NE(number_in(second, "mse"), number_in(first, "mse")) << "it moves";
  seek(pipeline.get(), 0, 500 * GST_MSECOND);
  ASSERT_TRUE(wait_for(pipeline.get(), GST_MESSAGE_EOS));
  EXPECT_EQ(stats_of(pipeline.get()), first);
}

TEST(PsnrMeterLife, ANewSegmentGoesOnWithTheMeasurement) {
  MeterHarness meter;
  meter.push_reference(0);
  meter.push_processed(0);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.base = 40 * GST_MSECOND;
  segment.start = segment.time = segment.position = 5 * GST_SECOND;
  for (GstHarness* side : {meter.reference, meter.processed})
    gst_harness_push_event(side, gst_event_new_segment(&segment));
  meter.push_reference(4000);  // before the segment: not played, so not counted
  meter.push_reference(5000);
  meter.push_processed(5000);
  meter.end();
  EXPECT_EQ(meter.stat("frames"), 2);
  EXPECT_EQ(meter.stat("unpaired-reference"), 0);
}

TEST(PsnrMeterLife, QosEventsEndHere) {
  MeterHarness meter;
  meter.push_reference(0);
  meter.push_processed(0);
  gst_buffer_unref(gst_harness_pull(meter.processed));
  const auto arrives = [&](GstEvent* event) {
    const GstEventType type = GST_EVENT_TYPE(event);
    gst_harness_push_upstream_event(meter.processed, event);
    bool arrived = false;
    while (GstEvent* const up = gst_harness_try_pull_upstream_event(meter.processed)) {
      arrived |= GST_EVENT_TYPE(up) == type;
      gst_event_unref(up);
    }
    return arrived;
  };
  EXPECT_FALSE(arrives(gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2, GST_SECOND, 0)));
  EXPECT_TRUE(
      arrives(gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, gst_structure_new_empty("x"))));
}

// videobalance drops frames when a late sink tells it to.
TEST(PsnrMeterLife, ALateSinkChangesNoNumber) {
  const auto summary = [](const std::string& sink) {
    return final_of(play("psnrmeter name=m message=false ! " + sink + " " +
                         test_source("num-buffers=30", 100) + "m.ref_sink " +
                         test_source("num-buffers=30", 100) +
                         "videobalance brightness=0.1 qos=true ! m.dist_sink"));
  };
  const std::string late =
      summary("identity sleep-time=20000 ! fakesink sync=true qos=true max-lateness=0");
  EXPECT_EQ(number_in(late, "frames"), 30);
  EXPECT_EQ(late, summary("fakesink"));
}

bool within(int seconds, const std::function<bool()>& holds) {
  for (int i = 0; i < 100 * seconds && !holds(); ++i) g_usleep(10000);
  return holds();
}

TEST(PsnrMeterLife, LiveSourcesPairAndTheirLatencyIsReported) {
  const UniquePipeline pipeline = parse(
      "psnrmeter name=m message=false ! fakesink sync=true " + test_source("is-live=true", 50) +
      "tee name=both ! queue ! m.ref_sink both. ! queue ! m.dist_sink");
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  EXPECT_TRUE(within(10, [&] { return number_in(stats_of(pipeline.get()), "frames") >= 5; }));
  GstQuery* const query = gst_query_new_latency();
  ASSERT_TRUE(gst_element_query(pipeline.get(), query));
  gboolean live = FALSE;
  GstClockTime least = 0;
  gst_query_parse_latency(query, &live, &least, nullptr);
  EXPECT_TRUE(live);
  EXPECT_GE(least, 20 * GST_MSECOND);  // a frame of videotestsrc's
  gst_query_unref(query);
}

TEST(PsnrMeterLife, WithALatencyALivePreviewDoesNotWaitForALostReference) {
  const UniquePipeline pipeline =
      parse("psnrmeter name=m message=false latency=20000000 ! fakesink " +
            test_source("is-live=true", 50) + "valve drop=true ! m.ref_sink " +
            test_source("is-live=true", 50) + "m.dist_sink");
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  EXPECT_TRUE(
      within(5, [&] { return number_in(stats_of(pipeline.get()), "unpaired-processed") >= 3; }));
}

// The first warning that `element` posts within ten seconds.
std::string warning_of(GstElement* element) {
  GstBus* const bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  const UniqueMessage message(
      gst_bus_timed_pop_filtered(bus, 10 * GST_SECOND, GST_MESSAGE_WARNING));
  gst_element_set_bus(element, nullptr);
  gst_object_unref(bus);
  if (!message) return "none";
  GError* error = nullptr;
  gst_message_parse_warning(message.get(), &error, nullptr);
  const std::string text = error->message;
  g_error_free(error);
  return text;
}

TEST(PsnrMeterLife, SaysWhenOneInputWaitsForTheOther) {
  MeterHarness meter;
  meter.push_reference(0);
  const std::string text = warning_of(meter.processed->element);
  EXPECT_EQ(text.find("dist_sink has had no frame"), 0u) << text;
}

TEST(PsnrMeterLife, SaysWhenAnInputIsLinkedToNothing) {
  MeterHarness meter;
  meter.push_processed(0);
  GstPad* const pad = gst_element_get_static_pad(meter.processed->element, "ref_sink");
  GstPad* const peer = gst_pad_get_peer(pad);
  gst_pad_unlink(peer, pad);
  const std::string text = warning_of(meter.processed->element);
  EXPECT_EQ(text.find("ref_sink is linked to nothing"), 0u) << text;
  gst_pad_link(peer, pad);
  gst_object_unref(peer);
  gst_object_unref(pad);
}

TEST(PsnrMeterLife, MemoryIsFlatOverTenThousandFrames) {
  MeterHarness meter;
  size_t early = 0;
  for (GstClockTime frame = 0; frame < 10000; ++frame) {
    if (frame == 1000) early = mallinfo2().uordblks;
    meter.push_reference(frame * 40, static_cast<guint8>(frame));
    meter.push_processed(frame * 40, static_cast<guint8>(frame + 1));
    gst_buffer_unref(gst_harness_pull(meter.processed));
  }
  const size_t late = mallinfo2().uordblks;
  EXPECT_LT(late, early + 64 * 1024);
  EXPECT_EQ(meter.stat("frames"), 10000);
}

}  // namespace
}  // namespace gan::test
