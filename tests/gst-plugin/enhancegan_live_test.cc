// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan between a live source and a sink that frames reach late.
#include "tests/gst-plugin/allocation_count.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {
namespace {

constexpr int kFrames = 50, kRate = 25;

struct LiveShow {
  int frames = 0, qos_messages = 0;
  guint64 degraded = 0;
  gint64 first = 0, last = 0;  // frame at the sink, microseconds
};

// Two seconds of a live source. The sink's ts-offset makes each frame 300 ms late whatever the
// machine is: what a slow sink says, without its taking any time.
LiveShow play_late(const std::string& properties, const std::string& size) {
  const std::string text =
      "videotestsrc is-live=true num-buffers=" + std::to_string(kFrames) +
      " ! video/x-raw,format=GRAY8," + size + ",framerate=" + std::to_string(kRate) +
      "/1 ! enhancegan name=e threads=1 " + properties +
      " ! fakesink name=s sync=true qos=true ts-offset=-300000000 signal-handoffs=true";
  LiveShow show;
  const UniquePipeline pipeline(gst_parse_launch(text.c_str(), nullptr));
  const UniqueElement sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "s"));
  const UniqueElement enhancer(gst_bin_get_by_name(GST_BIN(pipeline.get()), "e"));
  g_signal_connect(sink.get(), "handoff",
                   G_CALLBACK(+[](GstElement*, GstBuffer*, GstPad*, gpointer data) {
                     auto& seen = *static_cast<LiveShow*>(data);
                     seen.last = g_get_monotonic_time();
                     if (seen.frames++ == 0) seen.first = seen.last;
                   }),
                   &show);
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const auto wanted = GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_QOS);
  for (bool done = false; !done;) {
    const UniqueMessage message(gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND, wanted));
    done = !message || GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_QOS;
    if (done)
      EXPECT_TRUE(message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS);
    else
      show.qos_messages += GST_MESSAGE_SRC(message.get()) == GST_OBJECT(enhancer.get());
  }
  GstStructure* stats = nullptr;
  g_object_get(enhancer.get(), "stats", &stats, nullptr);
  gst_structure_get_uint64(stats, "degraded", &show.degraded);
  gst_structure_free(stats);
  gst_object_unref(bus);
  return show;
}

TEST(EnhanceGanLive, PlainKeepsTheFrameRateAndSaysThatFramesAreOfLesserQuality) {
  // The network takes longer than there is for a frame.
  const LiveShow show = play_late("on-late=plain", "width=416,height=240");
  EXPECT_EQ(show.frames, kFrames);
  EXPECT_GT(show.degraded, guint64{kFrames / 2});
  EXPECT_EQ(guint64(show.qos_messages), show.degraded);
  if (!counts_allocations()) return;  // a sanitizer makes the plain way slow too
  EXPECT_LT(double(show.last - show.first) / G_USEC_PER_SEC, 1.5 * kFrames / kRate);
}

TEST(EnhanceGanLive, DropDropsFramesAndSaysSo) {
  Enhancers enhancers;
  const LiveShow show =
      play_late("on-late=drop model=" + enhancers.file("same2"), "width=64,height=48");
  EXPECT_LT(show.frames, kFrames);
  EXPECT_GT(show.frames, 0);
  EXPECT_GT(show.qos_messages, 0);
  EXPECT_EQ(show.degraded, 0u);
}

}  // namespace
}  // namespace gan::test
