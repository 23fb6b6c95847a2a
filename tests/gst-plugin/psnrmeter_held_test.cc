// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames that align=best holds: what goes on with them is theirs, through flushes, changes of caps
// and segments, live sources and pools that must not grow.
#include <functional>

#include "tests/gst-plugin/meter_streams.h"

namespace gan::test {
namespace {

MeterHarness* best_meter(const std::function<void(GstElement*)>& more = [](GstElement*) {}) {
  return new MeterHarness("format=GRAY8,width=16,height=16", [&](GstElement* element) {
    set_align(element, "best");
    more(element);
  });
}

struct Played {
  UniquePipeline pipeline;
  explicit Played(const std::string& text) {
    GError* error = nullptr;
    pipeline.reset(gst_parse_launch(text.c_str(), &error));
    EXPECT_FALSE(error) << error->message;
  }
  GstMessageType wait(int types) {
    GstBus* const bus = gst_element_get_bus(pipeline.get());
    const UniqueMessage message(gst_bus_timed_pop_filtered(
        bus, 20 * GST_SECOND, GstMessageType(types | GST_MESSAGE_ERROR)));
    gst_object_unref(bus);
    return message ? GST_MESSAGE_TYPE(message.get()) : GST_MESSAGE_UNKNOWN;
  }
  UniqueElement named(const char* name) {
    return UniqueElement(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
  }
  double stat(const char* name) {
    GstStructure* stats = nullptr;
    g_object_get(named("m").get(), "stats", &stats, nullptr);
    gchar* const text = gst_structure_to_string(stats);
    const double value = number_in(text, name);
    g_free(text);
    gst_structure_free(stats);
    return value;
  }
};

TEST(PsnrMeterHeld, ASeekDecidesAnew) {
  const std::string source = test_source("pattern=ball");
  Played played("psnrmeter name=m message=false align=best ! fakesink " + source + "m.ref_sink " +
                source + "identity name=late ! m.dist_sink");
  gst_element_set_state(played.pipeline.get(), GST_STATE_PAUSED);
  ASSERT_EQ(played.wait(GST_MESSAGE_ASYNC_DONE), GST_MESSAGE_ASYNC_DONE);
  gst_element_set_state(played.pipeline.get(), GST_STATE_PLAYING);
  for (const auto& [late_ms, frames] : {std::pair{23, 5}, {330, 17}, {0, 3}}) {
    GstPad* const pad = gst_element_get_static_pad(played.named("late").get(), "src");
    gst_pad_set_offset(pad, late_ms * GST_MSECOND);
    gst_object_unref(pad);
    ASSERT_TRUE(gst_element_seek(played.pipeline.get(), 1, GST_FORMAT_TIME,
                                 GstSeekFlags(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                                 GST_SEEK_TYPE_SET, GST_SECOND, GST_SEEK_TYPE_SET,
                                 GST_SECOND + frames * 100 * GST_MSECOND));
    ASSERT_EQ(played.wait(GST_MESSAGE_EOS), GST_MESSAGE_EOS);
    EXPECT_EQ(played.stat("offset"), -late_ms * 1e6);
    EXPECT_EQ(played.stat("identical"), frames) << late_ms;
  }
}

// "c16 b256" and so on: sides in caps, bytes of buffers, "s" for segments, in the order in which
// they go on.
std::string order_at_source(MeterHarness& meter, const std::function<void()>& play) {
  std::string order;
  GstPad* const pad = gst_element_get_static_pad(meter.processed->element, "src");
  const gulong probe = gst_pad_add_probe(
      pad, GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      [](GstPad*, GstPadProbeInfo* info, gpointer to) {
        auto& text = *static_cast<std::string*>(to);
        if (GstBuffer* const buffer = GST_PAD_PROBE_INFO_BUFFER(info);
            info->type & GST_PAD_PROBE_TYPE_BUFFER) {
          text += concat("b", gst_buffer_get_size(buffer), " ");
        } else if (GstEvent* const event = GST_PAD_PROBE_INFO_EVENT(info);
                   GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
          GstCaps* caps = nullptr;
          gst_event_parse_caps(event, &caps);
          gint width = 0;
          gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width);
          text += concat("c", width, " ");
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
          text += "s ";
        }
        return GST_PAD_PROBE_OK;
      },
      &order, nullptr);
  play();
  gst_pad_remove_probe(pad, probe);
  gst_object_unref(pad);
  return order;
}

TEST(PsnrMeterHeld, FramesGoOnWithTheirOwnCapsAndSegment) {
  const std::unique_ptr<MeterHarness> meter(best_meter());
  const auto push = [&](GstClockTime ms, guint side) {
    for (GstHarness* to : {meter->reference, meter->processed}) {
      GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, side * side, nullptr);
      gst_buffer_memset(buffer, 0, guint8(ms), side * side);
      GST_BUFFER_PTS(buffer) = ms * GST_MSECOND;
      gst_harness_push(to, buffer);
    }
  };
  const std::string order = order_at_source(*meter, [&] {
    push(0, 16);
    push(40, 16);
    for (GstHarness* side : {meter->reference, meter->processed})
      gst_harness_set_src_caps_str(side,
                                   "video/x-raw,framerate=25/1,format=GRAY8,width=20,height=20");
    push(80, 20);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.base = 120 * GST_MSECOND;
    segment.start = segment.time = segment.position = 5 * GST_SECOND;
    for (GstHarness* side : {meter->reference, meter->processed})
      gst_harness_push_event(side, gst_event_new_segment(&segment));
    push(5000, 20);
    meter->end();
  });
  EXPECT_EQ(meter->stat("frames"), 4);
  EXPECT_EQ(meter->stat("identical"), 4);
  // The harness sends a segment with its caps.
  const size_t last_small = order.rfind("b256"), wide = order.find("c20");
  EXPECT_LT(last_small, wide) << order;
  EXPECT_LT(wide, order.find("b400")) << order;
  EXPECT_NE(order.find("b400 s b400 "), std::string::npos) << order;
  EXPECT_EQ(order.rfind('c'), wide) << order;
}

TEST(PsnrMeterHeld, LiveStreamsPairAndTheHeldSecondIsLatency) {
  Played played("psnrmeter name=m message=false align=best latency=20000000 ! fakesink sync=true " +
                test_source("is-live=true num-buffers=60 pattern=ball", 50) +
                "tee name=both ! queue max-size-time=2000000000 ! m.ref_sink both. ! queue "
                "max-size-time=2000000000 ! m.dist_sink");
  gst_element_set_state(played.pipeline.get(), GST_STATE_PLAYING);
  ASSERT_EQ(played.wait(GST_MESSAGE_EOS), GST_MESSAGE_EOS);
  GstQuery* const query = gst_query_new_latency();
  ASSERT_TRUE(gst_element_query(played.pipeline.get(), query));
  GstClockTime least = 0;
  gst_query_parse_latency(query, nullptr, &least, nullptr);
  EXPECT_GE(least, GST_SECOND + 40 * GST_MSECOND) << "a second, a frame, and the property";
  gst_query_unref(query);
  EXPECT_GE(played.stat("frames"), 55);
  EXPECT_EQ(played.stat("offset"), 0);
  EXPECT_EQ(played.stat("identical"), played.stat("frames"));
}

TEST(PsnrMeterHeld, ALivePreviewDoesNotWaitForALostReference) {
  const Outcome outcome = play(
      "psnrmeter name=m message=false align=best latency=20000000 ! fakesink " +
          test_source("is-live=true", 50) + "valve drop=true ! m.ref_sink " +
          test_source("is-live=true num-buffers=200", 50) + "identity eos-after=80 ! m.dist_sink",
      4);
  // Frames go on alone a second after their time, which shows as the warning after 32 of them.
  ASSERT_FALSE(outcome.warnings.empty());
  EXPECT_NE(outcome.warnings[0].find("no frame of the reference"), std::string::npos)
      << outcome.warnings[0];
}

// A source with four buffers in all would wait for ever for one that is held.
TEST(PsnrMeterHeld, PoolsThatMustNotGrowAreNotEmptied) {
  const std::unique_ptr<MeterHarness> meter(best_meter());
  GstBufferPool* const pool = gst_buffer_pool_new();
  GstStructure* const config = gst_buffer_pool_get_config(pool);
  gst_buffer_pool_config_set_params(config, nullptr, 256, 4, 4);
  gst_buffer_pool_set_config(pool, config);
  gst_buffer_pool_set_active(pool, TRUE);
  GstBufferPoolAcquireParams at_once = {};
  at_once.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  for (int i = 0; i < 20; ++i) {
    GstBuffer* buffer = nullptr;
    for (int tries = 0; tries < 300 && !buffer; ++tries)
      if (gst_buffer_pool_acquire_buffer(pool, &buffer, &at_once) != GST_FLOW_OK) g_usleep(10000);
    ASSERT_TRUE(buffer) << "frame " << i;
    GstBuffer* const scene = scene_frame({GstClockTime(i) * 40 * GST_MSECOND, i}, false);
    GstMapInfo map;
    gst_buffer_map(scene, &map, GST_MAP_READ);
    gst_buffer_fill(buffer, 0, map.data, map.size);
    gst_buffer_unmap(scene, &map);
    GST_BUFFER_PTS(buffer) = GST_BUFFER_PTS(scene);
    gst_buffer_unref(scene);
    gst_harness_push(meter->reference, buffer);
    gst_harness_push(meter->processed, scene_frame({GstClockTime(i) * 40 * GST_MSECOND, i}, true));
  }
  meter->end();
  EXPECT_EQ(meter->stat("frames"), 20);
  EXPECT_EQ(meter->stat("mse"), 4);
  gst_buffer_pool_set_active(pool, FALSE);
  gst_object_unref(pool);
}

}  // namespace
}  // namespace gan::test
