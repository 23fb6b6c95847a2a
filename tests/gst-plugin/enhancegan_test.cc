// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/core/checkpoint/scratch.h"
#include "tests/core/checkpoint/torch_bytes.h"
#include "tests/golden/golden.h"
#include "tests/gst-plugin/formats.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

TEST(EnhanceGan, EnlargesByTheBuiltInModel) {
  const Outcome outcome = play(
      "videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=64,height=48 ! "
      "enhancegan ! video/x-raw,width=128,height=96 ! fakesink");
  EXPECT_TRUE(outcome.eos);
  EXPECT_TRUE(outcome.errors.empty());
}

TEST(EnhanceGan, NegotiatesEveryFormatAndOddSizes) {
  for (const std::string& format : known_formats())
    for (const auto& [width, height] : {std::pair(17, 13), {32, 20}}) {
      GstHarness* const harness = gst_harness_new("enhancegan");
      const std::string size =
          "width=" + std::to_string(width) + ",height=" + std::to_string(height);
      const std::string caps = "video/x-raw,format=" + format + "," + size + ",framerate=25/1";
      gst_harness_set_src_caps_str(harness, caps.c_str());
      GstVideoInfo info;
      GstCaps* const in_caps = gst_caps_from_string(caps.c_str());
      gst_video_info_from_caps(&info, in_caps);
      gst_caps_unref(in_caps);
      GstBuffer* const in = gst_harness_create_buffer(harness, GST_VIDEO_INFO_SIZE(&info));
      gst_buffer_memset(in, 0, 100, GST_VIDEO_INFO_SIZE(&info));
      GST_BUFFER_PTS(in) = 40 * GST_MSECOND;
      GST_BUFFER_DURATION(in) = 40 * GST_MSECOND;
      GstBuffer* const out = gst_harness_push_and_pull(harness, in);
      ASSERT_TRUE(out) << format;
      GstCaps* const out_caps = gst_pad_get_current_caps(harness->sinkpad);
      gst_video_info_from_caps(&info, out_caps);
      EXPECT_EQ(GST_VIDEO_INFO_WIDTH(&info), 2 * width);
      EXPECT_EQ(GST_VIDEO_INFO_HEIGHT(&info), 2 * height);
      EXPECT_EQ(gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)), format);
      EXPECT_GE(gst_buffer_get_size(out), GST_VIDEO_INFO_SIZE(&info));
      EXPECT_EQ(GST_BUFFER_PTS(out), 40 * GST_MSECOND);
      EXPECT_EQ(GST_BUFFER_DURATION(out), 40 * GST_MSECOND);
      gst_caps_unref(out_caps);
      gst_buffer_unref(out);
      gst_harness_teardown(harness);
    }
}

TEST(EnhanceGan, RefusesSizesThatTheNetworkDoesNotMake) {
  const Outcome outcome = play(
      "videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! enhancegan ! "
      "video/x-raw,width=100 ! fakesink");
  ASSERT_EQ(outcome.errors.size(), 1u);
}

// One clear error and no crash for each kind of bad model.
TEST(EnhanceGan, EveryBadModelIsOneClearError) {
  const Scratch scratch;
  scratch.write("empty.pth", "");
  scratch.write("random.pth", std::string(5000, '\x5a'));
  scratch.write("random.safetensors",
                std::string("\xff\x00\x00\x00\x00\x00\x00\x00{", 9) + std::string(300, 'x'));
  scratch.write("evil.pth", torch_zip(evil_pickle(scratch.file("marker"))));
  scratch.write("other.pth", torch_zip(state_pickle()));
  scratch.write("cut.pth", torch_zip(state_pickle()).substr(0, 200));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {scratch.file("missing.pth"), "no such file"},
      {scratch.file("empty.pth"), "empty"},
      {scratch.file("random.pth"), "not a checkpoint"},
      {scratch.file("random.safetensors"), "random.safetensors"},
      {scratch.file("evil.pth"), "os.system"},
      {scratch.file("other.pth"), "not known here"},
      {scratch.file("cut.pth"), "end is missing"},
      {scratch.path(), "folder"}};
  for (const auto& [path, expected] : cases) {
    const Outcome outcome =
        play("videotestsrc num-buffers=1 ! enhancegan model=\"" + path + "\" ! fakesink");
    ASSERT_EQ(outcome.errors.size(), 1u) << path;
    EXPECT_NE(outcome.errors[0].find(expected), std::string::npos) << outcome.errors[0];
    EXPECT_EQ(outcome.errors[0].find('\n'), std::string::npos) << outcome.errors[0];
  }
  EXPECT_FALSE(std::filesystem::exists(scratch.file("marker")));
}

TEST(EnhanceGan, BadSettingsAreSettingsErrors) {
  for (const char* setting : {"device=gpu", "precision=fp16 device=cpu", "tile-size=3"}) {
    const Outcome outcome =
        play(std::string("videotestsrc num-buffers=1 ! enhancegan ") + setting + " ! fakesink");
    ASSERT_EQ(outcome.errors.size(), 1u) << setting;
    EXPECT_EQ(outcome.domains[0], GST_RESOURCE_ERROR);
  }
}

TEST(EnhanceGan, StatisticsCountFrames) {
  GError* error = nullptr;
  const UniquePipeline pipeline(gst_parse_launch(
      "videotestsrc num-buffers=5 ! video/x-raw,width=32,height=32 ! enhancegan name=e ! fakesink",
      &error));
  ASSERT_FALSE(error);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  UniqueMessage(gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND,
                                           GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  GstElement* const element = gst_bin_get_by_name(GST_BIN(pipeline.get()), "e");
  GstStructure* stats = nullptr;
  g_object_get(element, "stats", &stats, nullptr);
  guint64 frames = 0;
  EXPECT_TRUE(gst_structure_get_uint64(stats, "frames", &frames));
  EXPECT_EQ(frames, 5u);
  EXPECT_STREQ(gst_structure_get_string(stats, "device"), "cpu");
  gst_structure_free(stats);
  gst_object_unref(element);
  gst_object_unref(bus);
}

// The archive was traced from the checkpoint beside it, so both give the same frames.
TEST(EnhanceGanGolden, TorchScriptPlaysWhenItIsAllowed) {
  GAN_NEEDS("GAN_DATA");
  const Scratch scratch;
  const auto enhance = [&](const std::string& model, const std::string& out) {
    return play(
        "videotestsrc pattern=ball num-buffers=1 ! video/x-raw,format=RGB,width=48,height=40 "
        "! enhancegan precision=fp32 " +
        model + " ! filesink location=" + out);
  };
  const std::string script = "model=" + data("weights/torchscript/realesr-animevideov3.trace.pt");
  const Outcome refused = enhance(script, scratch.file("none"));
  ASSERT_EQ(refused.errors.size(), 1u);
  EXPECT_NE(refused.errors[0].find("allow-torchscript"), std::string::npos);
  EXPECT_TRUE(enhance(script + " allow-torchscript=true", scratch.file("a")).errors.empty());
  EXPECT_TRUE(enhance("model=" + data("weights/realesr-animevideov3.pth"), scratch.file("b"))
                  .errors.empty());
  const std::string a = read_text(scratch.file("a")), b = read_text(scratch.file("b"));
  ASSERT_EQ(a.size(), 192u * 160 * 3);
  ASSERT_EQ(b.size(), a.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(uint8_t(a[i]), uint8_t(b[i]), 1);
  const Outcome other =
      enhance("allow-torchscript=true model=" + data("weights/torchscript/patchmatchnet-module.pt"),
              scratch.file("none"));
  ASSERT_EQ(other.errors.size(), 1u);
  EXPECT_NE(other.errors[0].find("does not take a picture"), std::string::npos);
}

}  // namespace
}  // namespace gan::test
