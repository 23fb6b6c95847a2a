// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/golden/golden.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

constexpr const char* kMeter = "psnrmeter name=m ! fakesink ";

std::string final_of(const Outcome& outcome) {
  for (const auto& text : outcome.element_messages)
    if (text.find("final=(boolean)true") != std::string::npos) return text;
  return "";
}

TEST(PsnrMeter, IdenticalStreamsAreInfinite) {
  const std::string source =
      "videotestsrc num-buffers=4 ! video/x-raw,format=I420,width=64,height=48 ! ";
  const Outcome outcome = play(kMeter + source + "m.ref_sink " + source + "m.dist_sink");
  EXPECT_TRUE(outcome.eos);
  const std::string summary = final_of(outcome);
  EXPECT_EQ(number_in(summary, "frames"), 4);
  EXPECT_EQ(number_in(summary, "identical"), 4);
  EXPECT_TRUE(std::isinf(number_in(summary, "psnr"))) << summary;
  EXPECT_DOUBLE_EQ(number_in(summary, "ssim"), 1);
  EXPECT_EQ(outcome.element_messages.size(), 5u);
}

TEST(PsnrMeter, CountsFramesWithoutAPartnerAndNeverRepeats) {
  const std::string source = " ! video/x-raw,format=I420,width=32,height=32,framerate=10/1 ! ";
  const Outcome outcome = play(kMeter + ("videotestsrc num-buffers=6" + source) + "m.ref_sink " +
                               ("videotestsrc num-buffers=4" + source) + "m.dist_sink");
  const std::string summary = final_of(outcome);
  EXPECT_EQ(number_in(summary, "frames"), 4);
  EXPECT_EQ(number_in(summary, "unpaired-reference"), 2);
  EXPECT_EQ(number_in(summary, "unpaired-processed"), 0);
}

TEST(PsnrMeter, AShiftedStreamPairsByRunningTime) {
  const std::string caps = " ! video/x-raw,format=I420,width=32,height=32,framerate=10/1 ! ";
  const Outcome outcome =
      play(kMeter + ("videotestsrc num-buffers=5" + caps) + "m.ref_sink " +
           ("videotestsrc num-buffers=5 timestamp-offset=100000000" + caps) + "m.dist_sink");
  const std::string summary = final_of(outcome);
  EXPECT_EQ(number_in(summary, "frames"), 4);
  EXPECT_EQ(number_in(summary, "unpaired-reference"), 1);
  EXPECT_EQ(number_in(summary, "unpaired-processed"), 1);
}

TEST(PsnrMeter, DifferentFormatsAreAClearError) {
  const Outcome outcome =
      play(std::string(kMeter) +
           "videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=32,height=32 ! m.ref_sink "
           "videotestsrc num-buffers=2 ! video/x-raw,format=RGB,width=32,height=32 ! m.dist_sink");
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find("I420 32x32"), std::string::npos) << outcome.errors[0];
  EXPECT_NE(outcome.errors[0].find("RGB 32x32"), std::string::npos) << outcome.errors[0];
}

TEST(PsnrMeter, TheProcessedStreamGoesOn) {
  GstHarness* const harness = gst_harness_new_with_padnames("psnrmeter", "dist_sink", "src");
  GstHarness* const reference = gst_harness_new_with_element(harness->element, "ref_sink", nullptr);
  for (GstHarness* side : {harness, reference})
    gst_harness_set_src_caps_str(side,
                                 "video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1");
  const auto frame = [](GstHarness* side, guint8 value) {
    GstBuffer* const buffer = gst_harness_create_buffer(side, 256);
    gst_buffer_memset(buffer, 0, value, 256);
    GST_BUFFER_PTS(buffer) = 0;
    return buffer;
  };
  gst_harness_push(reference, frame(reference, 10));
  GstBuffer* const out = gst_harness_push_and_pull(harness, frame(harness, 13));
  ASSERT_TRUE(out);
  guint8 first = 0;
  gst_buffer_extract(out, 0, &first, 1);
  EXPECT_EQ(first, 13);
  GstStructure* stats = nullptr;
  g_object_get(harness->element, "stats", &stats, nullptr);
  gdouble mse = 0;
  EXPECT_TRUE(gst_structure_get_double(stats, "mse", &mse));
  EXPECT_DOUBLE_EQ(mse, 9);
  gst_structure_free(stats);
  gst_buffer_unref(out);
  gst_harness_teardown(reference);
  gst_harness_teardown(harness);
}

// A picture of 0..255 as an RGB frame with GStreamer's row padding.
GstBuffer* rgb_frame(GstHarness* side, const Picture& picture) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGB, static_cast<guint>(picture.size.width),
                            static_cast<guint>(picture.size.height));
  GstBuffer* const buffer = gst_harness_create_buffer(side, GST_VIDEO_INFO_SIZE(&info));
  GstVideoFrame frame;
  gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE);
  for (int y = 0; y < picture.size.height; ++y)
    for (int i = 0; i < 3 * picture.size.width; ++i)
      static_cast<guint8*>(
          GST_VIDEO_FRAME_PLANE_DATA(&frame, 0))[y * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) + i] =
          static_cast<guint8>(picture.view().row(y)[i]);
  gst_video_frame_unmap(&frame);
  GST_BUFFER_PTS(buffer) = 0;
  return buffer;
}

TEST(PsnrMeterGolden, AgreesWithScikitImageOnPictures) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document(read_text(golden("metrics/image_metrics.json")), "metrics");
  JsonObjectIter iter;
  const char* name;
  JsonNode* node;
  json_object_iter_init(&iter, json_object_get_object_member(document.root(), "pairs"));
  while (json_object_iter_next(&iter, &name, &node)) {
    JsonObject* const pair = json_node_get_object(node);
    const TensorFile file = open_tensor_file(golden(json_object_get_string_member(pair, "file")));
    const Picture processed = picture_from(file, "input.0"), truth = picture_from(file, "input.1");
    GstHarness* const harness = gst_harness_new_with_padnames("psnrmeter", "dist_sink", "src");
    GstHarness* const reference =
        gst_harness_new_with_element(harness->element, "ref_sink", nullptr);
    const std::string caps =
        concat("video/x-raw,format=RGB,framerate=25/1,width=", truth.size.width,
               ",height=", truth.size.height);
    for (GstHarness* side : {harness, reference}) gst_harness_set_src_caps_str(side, caps.c_str());
    gst_harness_push(reference, rgb_frame(reference, truth));
    gst_buffer_unref(gst_harness_push_and_pull(harness, rgb_frame(harness, processed)));
    GstStructure* stats = nullptr;
    g_object_get(harness->element, "stats", &stats, nullptr);
    gdouble psnr = 0, ssim = 0;
    gst_structure_get(stats, "psnr", G_TYPE_DOUBLE, &psnr, "ssim", G_TYPE_DOUBLE, &ssim, nullptr);
    expect_within(concat("psnrmeter ", name, " psnr"), std::abs(psnr - number(pair, "psnr_rgb")),
                  1e-3);
    expect_within(concat("psnrmeter ", name, " ssim"),
                  std::abs(ssim - number(pair, "skimage.ssim_gauss.mean")), 1e-4);
    gst_structure_free(stats);
    gst_harness_teardown(reference);
    gst_harness_teardown(harness);
  }
}

TEST(PsnrMeterGolden, AgreesWithFfmpegOnAClip) {
  GAN_NEEDS("GAN_GOLDEN");
  const auto source = [](const char* name) {
    return "filesrc location=" +
           golden(std::string("video/carphone8_") + name + "_176x144_8f.yuv420p.yuv") +
           " ! rawvideoparse format=i420 width=176 height=144 framerate=25/1 ! ";
  };
  const Outcome outcome =
      play(kMeter + source("ref") + "m.ref_sink " + source("dis") + "m.dist_sink");
  const std::string summary = final_of(outcome);
  // psnr of the mean MSE: from FFmpeg's eight frames.
  const JsonDocument document(read_text(golden("video/video_metrics.json")), "video");
  JsonObject* const clip = json_object_get_object_member(
      json_object_get_object_member(document.root(), "clips"), "carphone8");
  JsonArray* const frames = json_object_get_array_member(clip, "psnr_metadata_6_digits");
  double mse = 0;
  for (guint i = 0; i < 8; ++i)
    mse += number(json_array_get_object_element(frames, i), "psnr.mse_avg") / 8;
  expect_within("psnrmeter carphone8 psnr",
                std::abs(number_in(summary, "psnr") - 10 * std::log10(255 * 255 / mse)), 1e-3);
  EXPECT_EQ(number_in(summary, "frames"), 8);
}

}  // namespace
}  // namespace gan::test
