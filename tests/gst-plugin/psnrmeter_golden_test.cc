// SPDX-License-Identifier: LGPL-2.1-or-later
// psnrmeter in pipelines against the values of scikit-image, BasicSR, pytorch-msssim and FFmpeg.
#include "tests/golden/golden_clip.h"
#include "tests/gst-plugin/meter_harness.h"

namespace gan::test {
namespace {

// A picture of 0..255 as an RGB frame with GStreamer's row padding.
GstBuffer* rgb_frame(const Picture& picture) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGB, static_cast<guint>(picture.size.width),
                            static_cast<guint>(picture.size.height));
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr);
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

void compare(const std::string& name, JsonObject* pair, int border) {
  const TensorFile file = open_tensor_file(golden(json_object_get_string_member(pair, "file")));
  const Picture processed = picture_from(file, "input.0"), truth = picture_from(file, "input.1");
  const std::string caps =
      concat("format=RGB,width=", truth.size.width, ",height=", truth.size.height);
  MeterHarness meter(caps.c_str(), [&](GstElement* element) {
    g_object_set(element, "luma", TRUE, "ms-ssim", TRUE, "crop-border", border, nullptr);
  });
  gst_harness_push(meter.reference, rgb_frame(truth));
  gst_harness_push(meter.processed, rgb_frame(processed));
  gst_buffer_unref(gst_harness_pull(meter.processed));
  const auto expect = [&](const char* stat, const std::string& key, double tolerance) {
    expect_within(concat("psnrmeter ", name, " ", key),
                  std::abs(meter.stat(stat) - number(pair, key)), tolerance);
  };
  const std::string crop = concat(".crop", border);
  expect("psnr", "basicsr.psnr_rgb" + crop, 1e-3);
  expect("psnr-y", "basicsr.psnr_y" + crop, 1e-3);
  expect("ssim", "basicsr.ssim_rgb" + crop, 1e-4);
  expect("ssim-y", "basicsr.ssim_y" + crop, 1e-4);
  if (border > 0) return;
  expect("psnr", "psnr_rgb", 1e-3);
  expect("ssim", "skimage.ssim_gauss.mean", 1e-4);
  expect("ssim", "pytorch_msssim.ssim.f64", 1e-4);
  if (json_object_has_member(pair, "pytorch_msssim.ms_ssim.f64"))
    expect("ms-ssim", "pytorch_msssim.ms_ssim.f64", 1e-4);
  JsonArray* const planes = json_object_get_array_member(pair, "skimage.ssim_gauss.per_channel");
  JsonArray* const errors = json_object_get_array_member(pair, "mse_per_channel");
  for (guint i = 0; i < 3; ++i) {
    const std::string plane(1, "rgb"[i]);
    expect_within(
        concat("psnrmeter ", name, " skimage ssim of ", plane),
        std::abs(meter.stat(("ssim-" + plane).c_str()) - json_array_get_double_element(planes, i)),
        1e-4);
    expect_within(
        concat("psnrmeter ", name, " mse of ", plane),
        std::abs(meter.stat(("mse-" + plane).c_str()) - json_array_get_double_element(errors, i)),
        1e-6);
  }
}

TEST(PsnrMeterGolden, AgreesWithScikitImageBasicSrAndPytorchMsssimOnPictures) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document(read_text(golden("metrics/image_metrics.json")), "metrics");
  each_member(json_object_get_object_member(document.root(), "pairs"),
              [](const std::string& name, JsonObject* pair) {
                for (const int border : {0, 4}) compare(name, pair, border);
              });
}

std::string clip_source(const GoldenClip& clip, const std::string& side) {
  const std::string format = clip.deep ? "yuv420p10le" : "yuv420p";
  return concat("filesrc location=", golden("video/"), clip.name, "_", side, "_", clip.size.width,
                "x", clip.size.height, "_", clip.frames(), "f.", format,
                ".yuv ! rawvideoparse format=", clip.deep ? "i420-10le" : "i420",
                " width=", clip.size.width, " height=", clip.size.height, " framerate=25/1 ! ");
}

// SSIM of 8-bit chroma of these clips: tests/core/frame_meter_test.cc says why FFmpeg's is apart.
TEST(PsnrMeterGolden, AgreesWithFfmpegOnClipsOfEightAndTenBits) {
  GAN_NEEDS("GAN_GOLDEN");
  each_golden_clip([](const GoldenClip& clip) {
    const Outcome outcome =
        play("psnrmeter name=m ssim-window=ffmpeg ! fakesink " + clip_source(clip, "ref") +
             "m.ref_sink " + clip_source(clip, "dis") + "m.dist_sink");
    ASSERT_EQ(outcome.element_messages.size(), static_cast<size_t>(clip.frames()) + 1);
    double psnr = 0, ssim = 0;
    const auto compare_value = [](double value, double wanted, double& worst) {
      if (!(std::isinf(value) && std::isinf(wanted)))
        worst = std::max(worst, std::abs(value - wanted));
    };
    for (int i = 0; i < clip.frames(); ++i) {
      const std::string& text = outcome.element_messages[static_cast<size_t>(i)];
      for (const auto& [ours, theirs] : {std::pair{"psnr", "psnr.psnr_avg"},
                                         {"psnr-y", "psnr.psnr.y"},
                                         {"psnr-u", "psnr.psnr.u"},
                                         {"psnr-v", "psnr.psnr.v"}})
        compare_value(number_in(text, ours), clip.value(clip.psnr, i, theirs), psnr);
      compare_value(number_in(text, "ssim-y"), clip.value(clip.ssim, i, "ssim.Y"), ssim);
      if (clip.name == "carphone8") continue;
      for (const auto& [ours, theirs] :
           {std::pair{"ssim", "ssim.All"}, {"ssim-u", "ssim.U"}, {"ssim-v", "ssim.V"}})
        compare_value(number_in(text, ours), clip.value(clip.ssim, i, theirs), ssim);
    }
    expect_within("psnrmeter " + clip.name + " psnr of frames and planes", psnr, 1e-3);
    expect_within("psnrmeter " + clip.name + " ssim-window=ffmpeg", ssim, 1e-4);
  });
}

}  // namespace
}  // namespace gan::test
