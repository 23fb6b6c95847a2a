// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan through what goes on around it: seeks, flushes, other sizes, company.
#include <random>
#include <set>
#include <string>

#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {
namespace {

UniquePipeline pipeline_of(const std::string& text) {
  return UniquePipeline(gst_parse_launch(text.c_str(), nullptr));
}

bool settles(GstElement* pipeline) {
  return gst_element_get_state(pipeline, nullptr, nullptr, 20 * GST_SECOND) ==
         GST_STATE_CHANGE_SUCCESS;
}

int errors_of(GstElement* pipeline) {
  GstBus* const bus = gst_element_get_bus(pipeline);
  int count = 0;
  while (const UniqueMessage message{gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)}) ++count;
  gst_object_unref(bus);
  return count;
}

TEST(EnhanceGanStress, RandomSeeksFlushesPausesAndSizesNeitherHangNorFail) {
  std::set<std::string> sizes;  // that came out
  // Delayed: a change of caps between the source's query and its answer would otherwise be refused
  // by the capsfilter itself.
  const UniquePipeline pipeline = pipeline_of(
      "videotestsrc ! "
      "capsfilter name=c caps-change-mode=delayed caps=video/x-raw,width=32,height=24 ! "
      "enhancegan name=e ! fakesink");
  const UniqueElement filter(gst_bin_get_by_name(GST_BIN(pipeline.get()), "c"));
  const UniqueElement enhancer(gst_bin_get_by_name(GST_BIN(pipeline.get()), "e"));
  GstPad* const pad = gst_element_get_static_pad(enhancer.get(), "src");
  const auto note = +[](GstPad*, GstPadProbeInfo* info, gpointer data) {
    GstEvent* const event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      gchar* const text = gst_caps_to_string(caps);
      static_cast<std::set<std::string>*>(data)->insert(text);
      g_free(text);
    }
    return GST_PAD_PROBE_OK;
  };
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note, &sizes, nullptr);
  gst_object_unref(pad);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  ASSERT_TRUE(settles(pipeline.get()));
  std::mt19937 random(5);
  for (int i = 0; i < 200; ++i) {
    switch (random() % 4) {
      case 0:
        gst_element_seek_simple(pipeline.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                gint64(random() % 100) * GST_SECOND);
        break;
      case 1: {
        GstCaps* const caps =
            gst_caps_new_simple("video/x-raw", "width", G_TYPE_INT, int(16 + random() % 40),
                                "height", G_TYPE_INT, int(16 + random() % 40), nullptr);
        g_object_set(filter.get(), "caps", caps, nullptr);
        gst_caps_unref(caps);
        break;
      }
      case 2:
        gst_element_set_state(pipeline.get(), i % 2 ? GST_STATE_PAUSED : GST_STATE_PLAYING);
        break;
      default:
        g_object_set(enhancer.get(), "strength", double(random() % 3) / 2, "split",
                     double(random() % 3) / 2, nullptr);
    }
    ASSERT_TRUE(settles(pipeline.get())) << i;
    ASSERT_EQ(errors_of(pipeline.get()), 0) << i;
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  EXPECT_GT(sizes.size(), 10u);
}

TEST(EnhanceGanStress, TwoInARowAndTwoPipelinesAtOnce) {
  const auto text = [](int frames) {
    return "videotestsrc num-buffers=" + std::to_string(frames) +
           " ! video/x-raw,width=24,height=20 ! enhancegan ! enhancegan model=x2 precision=fp32 ! "
           "video/x-raw,width=96,height=80 ! fakesink";
  };
  const UniquePipeline other = pipeline_of(text(-1));
  gst_element_set_state(other.get(), GST_STATE_PLAYING);
  const Outcome outcome = play(text(10));
  EXPECT_TRUE(outcome.eos);
  EXPECT_TRUE(outcome.errors.empty());
  EXPECT_EQ(errors_of(other.get()), 0);
}

// The middle of the first frame of a grey of 50, from both networks in one process at once.
TEST(EnhanceGanStress, DifferentModelsInOneProcessKeepApart) {
  Enhancers enhancers;
  const std::string source =
      "videotestsrc pattern=solid-color foreground-color=0xff323232 num-buffers=10 ! "
      "video/x-raw,format=GRAY8,width=24,height=20 ! ";
  Show one(source + "enhancegan precision=fp32 model=" + enhancers.file("brighter1") +
           " ! tee name=t ! queue ! fakesink t. ! queue ! enhancegan precision=fp32 model=" +
           enhancers.file("same2"));
  Show two(source + "enhancegan precision=fp32 model=" + enhancers.file("same1"));
  gst_element_set_state(two.pipeline(), GST_STATE_PAUSED);
  const Frames bright = one.play(), same = two.play();
  ASSERT_EQ(bright.bytes.size(), 10u);
  ASSERT_EQ(same.bytes.size(), 10u);
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(bright.bytes[i].size(), 48u * 40);
    EXPECT_EQ(same.bytes[i].size(), 24u * 20);
    EXPECT_NEAR(uint8_t(bright.bytes[i][0]) - uint8_t(same.bytes[i][0]), 128, 2);
  }
}

TEST(EnhanceGanStress, OneElementPlaysInOnePipelineAfterAnother) {
  const UniqueElement element(
      GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("enhancegan", nullptr))));
  for (int round = 0; round < 3; ++round) {
    const UniquePipeline pipeline =
        pipeline_of("videotestsrc num-buffers=4 ! capsfilter name=c caps=video/x-raw,width=" +
                    std::to_string(24 + 8 * round) + ",height=20 fakesink name=f");
    gst_bin_add(GST_BIN(pipeline.get()), element.get());
    const UniqueElement filter(gst_bin_get_by_name(GST_BIN(pipeline.get()), "c"));
    const UniqueElement sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "f"));
    ASSERT_TRUE(gst_element_link_many(filter.get(), element.get(), sink.get(), nullptr));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    GstBus* const bus = gst_element_get_bus(pipeline.get());
    const UniqueMessage end(gst_bus_timed_pop_filtered(
        bus, 20 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS) << round;
    gst_object_unref(bus);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    gst_bin_remove(GST_BIN(pipeline.get()), element.get());
  }
}

}  // namespace
}  // namespace gan::test
