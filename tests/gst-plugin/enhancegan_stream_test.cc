// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan in streams where something happens: late frames, metas, broken numbers.
#include "tests/gst-plugin/enhance_stream.h"

namespace gan::test {
namespace {

using EnhanceGanStream = EnhanceStream;

// That came out of the sink pad.
int qos_events(GstHarness* harness) {
  int count = 0;
  while (GstEvent* const event = gst_harness_try_pull_upstream_event(harness)) {
    count += GST_EVENT_TYPE(event) == GST_EVENT_QOS;
    gst_event_unref(event);
  }
  return count;
}

struct Place {
  gint x, y;
  guint width, height;
};

// A white rectangle that is to be drawn over the picture.
void add_overlay(GstBuffer* buffer, const Place& place) {
  GstBuffer* const pixels =
      gst_buffer_new_allocate(nullptr, place.width * place.height * 4, nullptr);
  gst_buffer_memset(pixels, 0, 255, gst_buffer_get_size(pixels));
  gst_buffer_add_video_meta(pixels, GST_VIDEO_FRAME_FLAG_NONE,
                            GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, place.width, place.height);
  GstVideoOverlayRectangle* const rectangle = gst_video_overlay_rectangle_new_raw(
      pixels, place.x, place.y, place.width, place.height, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
  GstVideoOverlayComposition* const overlay = gst_video_overlay_composition_new(rectangle);
  gst_buffer_add_video_overlay_composition_meta(buffer, overlay);
  gst_video_overlay_composition_unref(overlay);
  gst_video_overlay_rectangle_unref(rectangle);
  gst_buffer_unref(pixels);
}

TEST_F(EnhanceGanStream, PlainWhenLateEnlargesPlainlyAndSaysSo) {
  begin("brighter1", "on-late=plain");
  EXPECT_NEAR(brightness(), 178, 1);
  // The sink showed a frame 100 ms after its time of 40 ms: those up to 140 ms would be late.
  gst_harness_push_upstream_event(harness_, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2.0,
                                                              100 * GST_MSECOND, 40 * GST_MSECOND));
  EXPECT_EQ(brightness(), 50);  // at 40 ms
  EXPECT_EQ(brightness(), 50);
  EXPECT_EQ(brightness(), 50);  // at 120 ms
  EXPECT_NEAR(brightness(), 178, 1);
  int messages = 0;
  while (const UniqueMessage message{gst_bus_pop_filtered(bus_, GST_MESSAGE_QOS)}) {
    gint quality = 0;
    gst_message_parse_qos_values(message.get(), nullptr, nullptr, &quality);
    EXPECT_LT(quality, 1000000);
    ++messages;
  }
  EXPECT_EQ(messages, 3);
  GstStructure* stats = nullptr;
  g_object_get(element_, "stats", &stats, nullptr);
  guint64 degraded = 0;
  gst_structure_get_uint64(stats, "degraded", &degraded);
  EXPECT_EQ(degraded, 3u);
  gst_structure_free(stats);
  EXPECT_EQ(qos_events(harness_), 0) << "a decoder would drop frames";
  gst_element_set_state(element_, GST_STATE_READY);
  gst_element_set_state(element_, GST_STATE_PLAYING);
  g_object_get(element_, "stats", &stats, nullptr);
  gst_structure_get_uint64(stats, "degraded", &degraded);
  EXPECT_EQ(degraded, 0u) << "of the last start";
  gst_structure_free(stats);
}

TEST_F(EnhanceGanStream, DropWhenLateDrops) {
  begin("brighter1", "on-late=drop");
  EXPECT_GT(brightness(), 0);
  gst_harness_push_upstream_event(harness_, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2.0,
                                                              100 * GST_MSECOND, 40 * GST_MSECOND));
  for (int i = 0; i < 10; ++i) gst_harness_push(harness_, grey());
  EXPECT_LT(gst_harness_buffers_received(harness_), 10u);
  EXPECT_EQ(qos_events(harness_), 1);
  const UniqueMessage message(gst_bus_pop_filtered(bus_, GST_MESSAGE_QOS));
  EXPECT_TRUE(message);
}

TEST_F(EnhanceGanStream, InALivePipelineItsLatencyIsTheNetworksTime) {
  begin("same1");
  gst_harness_set_upstream_latency(harness_, 40 * GST_MSECOND);
  EXPECT_GT(brightness(), 0);
  const GstClockTime latency = gst_harness_query_latency(harness_);
  EXPECT_GT(latency, 40 * GST_MSECOND);
  EXPECT_LT(latency, 3 * GST_SECOND);
}

TEST_F(EnhanceGanStream, WithoutTheNetworkThereIsNoLatency) {
  begin("slow1", "strength=0");
  gst_harness_set_upstream_latency(harness_, 40 * GST_MSECOND);
  EXPECT_GT(brightness(), 0);
  EXPECT_EQ(gst_harness_query_latency(harness_), 40 * GST_MSECOND);
}

TEST_F(EnhanceGanStream, ClicksLandWhereTheyWereMeant) {
  begin("same2");
  EXPECT_EQ(brightness(), 50);
  while (GstEvent* const event = gst_harness_try_pull_upstream_event(harness_))
    gst_event_unref(event);
  gst_harness_push_upstream_event(
      harness_, gst_event_new_navigation(gst_structure_new(
                    "application/x-gst-navigation", "event", G_TYPE_STRING, "mouse-move",
                    "pointer_x", G_TYPE_DOUBLE, 20.0, "pointer_y", G_TYPE_DOUBLE, 7.0, nullptr)));
  GstEvent* const event = gst_harness_pull_upstream_event(harness_);
  double x = 0, y = 0;
  gst_structure_get_double(gst_event_get_structure(event), "pointer_x", &x);
  gst_structure_get_double(gst_event_get_structure(event), "pointer_y", &y);
  EXPECT_EQ(x, 10);
  EXPECT_EQ(y, 3.5);
  gst_event_unref(event);
}

TEST_F(EnhanceGanStream, MetasInThePictureAreScaledAndOthersCopied) {
  begin("same2");
  GstBuffer* const in = grey();
  gst_buffer_add_video_region_of_interest_meta(in, "face", 2, 3, 5, 6);
  GstCaps* const clock = gst_caps_from_string("timestamp/x-unix");
  gst_buffer_add_reference_timestamp_meta(in, clock, 77, GST_CLOCK_TIME_NONE);
  gst_buffer_add_video_bar_meta(in, 0, TRUE, 2, 15);  // two lines above, two below
  add_overlay(in, {3, 4, 2, 1});
  GstBuffer* const out = gst_harness_push_and_pull(harness_, in);
  ASSERT_TRUE(out);
  const auto* const region = gst_buffer_get_video_region_of_interest_meta(out);
  ASSERT_TRUE(region);
  EXPECT_EQ(region->x, 4u);
  EXPECT_EQ(region->y, 6u);
  EXPECT_EQ(region->w, 10u);
  EXPECT_EQ(region->h, 12u);
  const auto* const bars = gst_buffer_get_video_bar_meta(out);
  ASSERT_TRUE(bars);
  EXPECT_EQ(bars->bar_data1, 4u);
  EXPECT_EQ(bars->bar_data2, 29u);
  const auto* const overlay = gst_buffer_get_video_overlay_composition_meta(out);
  ASSERT_TRUE(overlay);
  GstVideoOverlayRectangle* const shown =
      gst_video_overlay_composition_get_rectangle(overlay->overlay, 0);
  gint x = 0, y = 0;
  guint width = 0, height = 0;
  gst_video_overlay_rectangle_get_render_rectangle(shown, &x, &y, &width, &height);
  EXPECT_EQ((std::array<guint, 4>{guint(x), guint(y), width, height}),
            (std::array<guint, 4>{6, 8, 4, 2}));
  const auto* const time = gst_buffer_get_reference_timestamp_meta(out, clock);
  ASSERT_TRUE(time);
  EXPECT_EQ(time->timestamp, 77u);
  gst_caps_unref(clock);
  gst_buffer_unref(out);
}

TEST_F(EnhanceGanStream, AGapFrameIsEnhancedAndIsAGapNoMore) {
  begin("brighter1");
  GstBuffer* const in = grey();
  GST_BUFFER_FLAG_SET(in, GST_BUFFER_FLAG_GAP);
  GstBuffer* const out = gst_harness_push_and_pull(harness_, in);
  ASSERT_TRUE(out);
  EXPECT_FALSE(GST_BUFFER_FLAG_IS_SET(out, GST_BUFFER_FLAG_GAP));
  EXPECT_NEAR(uint8_t(bytes_of(out)[0]), 178, 1);
  gst_buffer_unref(out);
}

TEST(EnhanceGan, RefusesInterlacedVideoInItsCaps) {
  const std::string source =
      "videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=32,height=32,"
      "interlace-mode=interleaved ! ";
  EXPECT_EQ(play(source + "enhancegan ! fakesink").errors.size(), 1u);
  EXPECT_TRUE(play(source + "deinterlace ! enhancegan ! fakesink").errors.empty());
}

TEST(EnhanceGan, ATileThatIsNotFiniteIsRunAgainInFp32WithAMessage) {
  const Scratch scratch;
  write_compact(scratch.file("n.safetensors"), {.scale = 2, .hidden_bias = 3.4e38f});
  const auto outcome = [&](const char* kernel) {  // of LibTorch
    return play(
        "videotestsrc num-buffers=2 ! video/x-raw,format=RGB,width=32,height=32 ! enhancegan "
        "device=cpu kernel=" +
        std::string(kernel) + " model=" + scratch.file("n.safetensors") + " ! fakesink");
  };
  const Outcome bf16 = outcome("bf16"), fp32 = outcome("fp32");
  EXPECT_TRUE(fp32.eos);
  EXPECT_TRUE(fp32.element_messages.empty());
  if (!bf16.errors.empty()) {
    EXPECT_NE(bf16.errors[0].find("bf16 is not for this processor"), std::string::npos)
        << bf16.errors[0];
    GTEST_SKIP() << "this processor has no bf16";
  }
  EXPECT_TRUE(bf16.eos);
  ASSERT_FALSE(bf16.element_messages.empty());
  EXPECT_NE(bf16.element_messages[0].find("not-finite"), std::string::npos);
}

TEST(EnhanceGan, NumbersThatNothingMendsAreOneError) {
  const Scratch scratch;
  write_compact(scratch.file("n.safetensors"), {.scale = 1, .brighter = NAN});
  const Outcome outcome =
      play("videotestsrc num-buffers=2 ! video/x-raw,width=32,height=32 ! enhancegan model=" +
           scratch.file("n.safetensors") + " ! fakesink");
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find("no numbers"), std::string::npos) << outcome.errors[0];
}

TEST(EnhanceGan, AMemoryLimitMakesTilesThatGiveTheSameFrames) {
  const auto frames = [](const std::string& properties) {
    return frames_of(
        "videotestsrc num-buffers=1 ! video/x-raw,format=RGB,width=320,height=240 ! "
        "enhancegan precision=fp32 " +
        properties);
  };
  const Frames whole = frames(""), tiled = frames("memory-limit=16000000");
  ASSERT_EQ(tiled.bytes.size(), 1u);
  for (size_t i = 0; i < whole.bytes[0].size(); ++i)
    ASSERT_NEAR(uint8_t(whole.bytes[0][i]), uint8_t(tiled.bytes[0][i]), 1);
  const Outcome little = play(
      "videotestsrc num-buffers=1 ! video/x-raw,width=320,height=240 ! enhancegan "
      "memory-limit=1000000 ! fakesink");
  ASSERT_EQ(little.errors.size(), 1u);
  EXPECT_NE(little.errors[0].find("memory-limit"), std::string::npos) << little.errors[0];
}

TEST(EnhanceGan, ANetworkOfWholeFramesIsNeverTiledAndSaysWhenTheLimitIsTooSmall) {
  Enhancers enhancers;
  const auto text = [model = enhancers.file("resnet")](const std::string& limit) {
    return "videotestsrc num-buffers=1 ! video/x-raw,width=640,height=480 ! enhancegan model=" +
           model + " memory-limit=" + limit + " ! fakesink";
  };
  EXPECT_TRUE(play(text("400000000")).errors.empty());
  const Outcome little = play(text("9000000"));
  ASSERT_EQ(little.errors.size(), 1u);
  for (const char* word : {"whole frames", "memory-limit", "640x480"})
    EXPECT_NE(little.errors[0].find(word), std::string::npos) << little.errors[0];
}

TEST(EnhanceGan, SkippingWhatDoesNotChangeChangesNoBit) {
  const auto text = [](const char* more) {
    return "videotestsrc pattern=ball num-buffers=8 ! video/x-raw,format=I420,width=320,height=256 "
           "! "
           "enhancegan name=e kernel=f4-fp32 " +
           std::string(more);
  };
  Show show(text("skip-unchanged=true"));
  const UniqueElement element(gst_bin_get_by_name(GST_BIN(show.pipeline()), "e"));
  std::pair<guint64, guint64> tiles;  // run, skipped
  const std::unique_ptr<GstPad, Unref> pad(gst_element_get_static_pad(element.get(), "src"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad* from, GstPadProbeInfo*, gpointer data) {
        GstElement* const owner = gst_pad_get_parent_element(from);
        auto& seen = *static_cast<std::pair<guint64, guint64>*>(data);
        GstStructure* stats = nullptr;
        g_object_get(owner, "stats", &stats, nullptr);
        gst_structure_get_uint64(stats, "tiles", &seen.first);
        gst_structure_get_uint64(stats, "tiles-skipped", &seen.second);
        gst_structure_free(stats);
        gst_object_unref(owner);
        return GST_PAD_PROBE_OK;
      },
      &tiles, nullptr);
  const auto skipping = show.play().bytes, whole = frames_of(text("")).bytes;
  ASSERT_EQ(skipping.size(), whole.size());
  for (size_t frame = 0; frame < whole.size(); ++frame) {
    ASSERT_TRUE(skipping[frame] == whole[frame]) << frame;
  }
  EXPECT_GE(tiles.second, 7u * 40);  // of the 80 of each frame after the first
  EXPECT_LE(tiles.second, 7u * 79);
}

}  // namespace
}  // namespace gan::test
