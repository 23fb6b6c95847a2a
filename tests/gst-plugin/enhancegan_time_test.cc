// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames keep their times, durations, flags and number on their way through enhancegan.
#include <random>

#include "tests/golden/golden.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

struct Stamp {
  GstClockTime pts, dts, duration;
  guint64 offset;
  guint flags;
  bool operator==(const Stamp&) const = default;
};

// Of a buffer; without the flags that speak of its memory.
Stamp stamp_of(GstBuffer* buffer) {
  const guint flags = GST_BUFFER_FLAGS(buffer) & ~guint{GST_BUFFER_FLAG_TAG_MEMORY};
  return {GST_BUFFER_PTS(buffer), GST_BUFFER_DTS(buffer), GST_BUFFER_DURATION(buffer),
          GST_BUFFER_OFFSET(buffer), flags};
}

using Stamps = std::vector<Stamp>;

void note_on(GstElement* element, const char* name, Stamps& stamps) {
  const std::unique_ptr<GstPad, Unref> pad(gst_element_get_static_pad(element, name));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        static_cast<Stamps*>(data)->push_back(stamp_of(GST_PAD_PROBE_INFO_BUFFER(info)));
        return GST_PAD_PROBE_OK;
      },
      &stamps, nullptr);
}

TEST(EnhanceGanTime, UnevenTimesAndAllFlagsPassUnchanged) {
  Enhancers enhancers;
  GstHarness* const harness =
      gst_harness_new_parse(("enhancegan model=" + enhancers.file("same2")).c_str());
  gst_harness_set_src_caps_str(harness,
                               "video/x-raw,format=GRAY8,width=16,height=16,framerate=0/1");
  std::mt19937 random(4);
  GstClockTime time = 0;
  for (int i = 0; i < 200; ++i) {
    GstBuffer* const in = gst_harness_create_buffer(harness, 256);
    gst_buffer_memset(in, 0, 50, 256);
    time += random() % (500 * GST_MSECOND);
    GST_BUFFER_PTS(in) = time;
    GST_BUFFER_DURATION(in) = random() % 3 ? random() % GST_SECOND : GST_CLOCK_TIME_NONE;
    GST_BUFFER_OFFSET(in) = guint64(i) * 7;
    for (const auto flag :
         {GST_BUFFER_FLAG_DISCONT, GST_BUFFER_FLAG_DELTA_UNIT, GST_BUFFER_FLAG_DROPPABLE,
          GST_BUFFER_FLAG_CORRUPTED, GST_BUFFER_FLAG_MARKER, GST_BUFFER_FLAG_RESYNC})
      if (random() % 2) GST_BUFFER_FLAG_SET(in, flag);
    const Stamp before = stamp_of(in);
    GstBuffer* const out = gst_harness_push_and_pull(harness, in);
    ASSERT_TRUE(out);
    EXPECT_EQ(stamp_of(out), before) << i;
    gst_buffer_unref(out);
  }
  gst_harness_teardown(harness);
}

// A clip of the test data, how it is read, and its frames by ffprobe -count_frames.
struct Clip {
  const char* name;
  const char* reader;
  size_t frames;
};

constexpr const char* kDecode = "decodebin ! video/x-raw";
constexpr Clip kClips[] = {
    {"CiscoVT2people_160x96_6fps.yuv", "rawvideoparse width=160 height=96 framerate=6/1", 5},
    {"CiscoVT2people_320x192_12fps.yuv", "rawvideoparse width=320 height=192 framerate=12/1", 9},
    {"Seeking_384x288.mp4", kDecode, 150},
    {"bigbuckbunny.mp4", kDecode, 132},
    {"blue_sky_10bit.mp4", kDecode, 3},
    {"carphone_distorted.mp4", kDecode, 120},
    {"carphone_pristine.mp4", kDecode, 120},
    {"flower.mp4", kDecode, 150},
    {"flower.webm", kDecode, 150},
    {"foreman_cif_BA1_FT_C.264", kDecode, 299},
    {"foreman_qcif_BA_MW_D.264", kDecode, 100},
    {"friday_filmgrain.mp4", kDecode, 185},
    {"nasa_13013.mp4", kDecode, 325},
    {"park_joy_480x270.y4m", kDecode, 10},
    {"webcam_asl_book.mkv", kDecode, 109},
    {"webcam_asl_yes.mkv", kDecode, 65}};

TEST(EnhanceGanTimeGolden, EveryClipKeepsItsTimesFlagsAndFrames) {
  GAN_NEEDS("GAN_DATA");
  Enhancers enhancers;
  for (const Clip& clip : kClips) {
    const std::string text = "filesrc location=" + data(std::string("video/") + clip.name) + " ! " +
                             clip.reader +
                             " ! videoconvert ! videoscale ! video/x-raw,width=64,height=48 ! "
                             "enhancegan name=e model=" +
                             enhancers.file("same2") + " ! fakesink";
    const UniquePipeline pipeline(gst_parse_launch(text.c_str(), nullptr));
    const UniqueElement element(gst_bin_get_by_name(GST_BIN(pipeline.get()), "e"));
    Stamps in, out;
    note_on(element.get(), "sink", in);
    note_on(element.get(), "src", out);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    GstBus* const bus = gst_element_get_bus(pipeline.get());
    const UniqueMessage end(gst_bus_timed_pop_filtered(
        bus, 120 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS) << clip.name;
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    gst_object_unref(bus);
    EXPECT_TRUE(in == out) << clip.name;
    EXPECT_EQ(out.size(), clip.frames) << clip.name;
    std::printf("golden  %-58s  %zu frames\n", clip.name, out.size());
  }
}

}  // namespace
}  // namespace gan::test
