// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/metrics.h"

#include <limits>

#include "core/frame_meter.h"
#include "core/resize.h"
#include "tests/golden/golden.h"

namespace gan {
namespace {

Picture filled(Size size, float value) {
  Picture picture(size, 1);
  for (float& v : picture.values) v = value;
  return picture;
}

TEST(Metrics, MseOfAConstantOffsetIsItsSquare) {
  EXPECT_DOUBLE_EQ(mse(filled({20, 15}, 7).view(), filled({20, 15}, 10).view()), 9);
  EXPECT_NEAR(psnr_db(9, 255), 10 * std::log10(255.0 * 255 / 9), 1e-12);
}

TEST(Metrics, IdenticalPicturesHaveInfinitePsnrAndSsimOne) {
  const auto picture = filled({20, 15}, 100);
  EXPECT_TRUE(std::isinf(psnr_db(mse(picture.view(), picture.view()), 255)));
  EXPECT_DOUBLE_EQ(ssim(picture.view(), picture.view(), 255), 1);
}

TEST(Metrics, SsimOfTwoConstantsHasAClosedForm) {
  const double c1 = 0.01 * 255 * (0.01 * 255);
  EXPECT_NEAR(ssim(filled({30, 30}, 50).view(), filled({30, 30}, 80).view(), 255),
              (2 * 50 * 80 + c1) / (50 * 50 + 80 * 80 + c1), 1e-9);
}

TEST(Metrics, SsimBelowTheWindowIsNotANumber) {
  EXPECT_TRUE(std::isnan(ssim(filled({10, 30}, 1).view(), filled({10, 30}, 1).view(), 255)));
}

TEST(Metrics, RefusesPicturesOfDifferentSizes) {
  EXPECT_THROW(mse(filled({4, 4}, 0).view(), filled({4, 5}, 0).view()), Error);
  EXPECT_THROW(ssim(filled({4, 4}, 0).view(), filled({5, 4}, 0).view(), 255), Error);
}

TEST(Metrics, PlanesOfBytesAgreeWithFloats) {
  std::vector<uint8_t> a(40 * 30), b(a.size());
  Picture fa({40, 30}, 1), fb({40, 30}, 1);
  for (size_t i = 0; i < a.size(); ++i) {
    fa.values[i] = a[i] = static_cast<uint8_t>(i * 37 % 256);
    fb.values[i] = b[i] = static_cast<uint8_t>(i * 41 % 251);
  }
  const SamplePlane pa{a.data(), {40, 30}, 40}, pb{b.data(), {40, 30}, 40};
  EXPECT_DOUBLE_EQ(mse(pa, pb), mse(fa.view(), fb.view()));
  EXPECT_DOUBLE_EQ(ssim(pa, pb), ssim(fa.view(), fb.view(), 255));
  EXPECT_DOUBLE_EQ(mse(crop(pa, 3), crop(pb, 3)), mse(fa.view().crop(3), fb.view().crop(3)));
}

TEST(Metrics, SixteenBitSamplesCountInFull) {
  const std::vector<uint16_t> a(16 * 16, 65535), b(16 * 16, 0);
  const SamplePlane pa{reinterpret_cast<const uint8_t*>(a.data()), {16, 16}, 32, 2, 2, 16};
  const SamplePlane pb{reinterpret_cast<const uint8_t*>(b.data()), {16, 16}, 32, 2, 2, 16};
  EXPECT_DOUBLE_EQ(mse(pa, pb), 65535.0 * 65535);
  EXPECT_NEAR(psnr_db(mse(pa, pb), pa.peak()), 0, 1e-12);
}

Picture times(Picture picture, float factor) {
  for (float& value : picture.values) value *= factor;
  return picture;
}

TEST(MetricsGolden, AgreesWithBasicSrAndScikitImage) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document(test::read_text(test::golden("metrics/image_metrics.json")),
                              "metrics");
  JsonObject* const pairs = json_object_get_object_member(document.root(), "pairs");
  int count = 0;
  JsonObjectIter iter;
  const char* name;
  JsonNode* node;
  json_object_iter_init(&iter, pairs);
  while (json_object_iter_next(&iter, &name, &node)) {
    JsonObject* const pair = json_node_get_object(node);
    const TensorFile file =
        open_tensor_file(test::golden(json_object_get_string_member(pair, "file")));
    const Picture a = test::picture_from(file, "input.0"), b = test::picture_from(file, "input.1");
    const Picture ya = luma_bt601(times(a, 1 / 255.f)), yb = luma_bt601(times(b, 1 / 255.f));
    for (const int crop : {0, 4}) {
      const std::string suffix = crop ? ".crop4" : ".crop0", what = std::string(name) + suffix;
      const auto psnr = [&](const Picture& p, const Picture& q) {
        return psnr_db(mse(p.view().crop(crop), q.view().crop(crop)), 255);
      };
      const auto similarity = [&](const Picture& p, const Picture& q) {
        return ssim(p.view().crop(crop), q.view().crop(crop), 255);
      };
      const auto expect = [&](const char* key, double value, double tolerance) {
        test::expect_within(what + " " + key, std::abs(value - test::number(pair, key + suffix)),
                            tolerance);
      };
      expect("basicsr.psnr_rgb", psnr(a, b), 1e-5);
      expect("basicsr.psnr_y", psnr(ya, yb), 1e-5);
      expect("basicsr.ssim_rgb", similarity(a, b), 1e-6);
      expect("basicsr.ssim_y", similarity(ya, yb), 1e-5);
    }
    test::expect_within(
        std::string(name) + " skimage.ssim_gauss",
        std::abs(ssim(a.view(), b.view(), 255) - test::number(pair, "skimage.ssim_gauss.mean")),
        1e-6);
    ++count;
  }
  EXPECT_GE(count, 5);
}

TEST(FrameMeterGolden, AgreesWithFfmpegFrameByFrame) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document(test::read_text(test::golden("video/video_metrics.json")), "video");
  JsonObject* const clips = json_object_get_object_member(document.root(), "clips");
  JsonObjectIter iter;
  const char* name;
  JsonNode* node;
  json_object_iter_init(&iter, clips);
  while (json_object_iter_next(&iter, &name, &node)) {
    JsonObject* const clip = json_node_get_object(node);
    const Size size{static_cast<int>(test::number(clip, "width")),
                    static_cast<int>(test::number(clip, "height"))};
    const bool deep = test::number(clip, "bits") == 10;
    const auto frame_bytes = static_cast<size_t>(test::number(clip, "frame_bytes"));
    const std::string ref =
        test::read_text(test::golden(json_object_get_string_member(clip, "ref")));
    const std::string dis =
        test::read_text(test::golden(json_object_get_string_member(clip, "dis")));
    JsonArray* const frames = json_object_get_array_member(clip, "psnr_metadata_6_digits");
    FrameMeter meter;
    for (guint i = 0; i < json_array_get_length(frames); ++i) {
      const auto frame = [&](const std::string& bytes) {
        const auto* at = reinterpret_cast<const uint8_t*>(bytes.data()) + i * frame_bytes;
        const int unit = deep ? 2 : 1, luma = size.width * unit, chroma = luma / 2;
        FrameView view{deep ? PixelFormat::kI420_10LE : PixelFormat::kI420, size, {}, {}, {}};
        view.planes[0] = {at, luma};
        view.planes[1] = {at + luma * size.height, chroma};
        view.planes[2] = {at + luma * size.height + chroma * size.height / 2, chroma};
        return view;
      };
      const FrameQuality quality = meter.add(frame(ref), frame(dis));
      JsonObject* const expected = json_array_get_object_element(frames, i);
      double worst = 0;
      const auto compare = [&](double value, const char* key) {
        const double wanted = test::number(expected, key);
        if (std::isinf(wanted) && std::isinf(value)) return;
        worst = std::max(worst, std::abs(value - wanted));
      };
      compare(quality.planes[0].psnr_db, "psnr.psnr.y");
      compare(quality.planes[1].psnr_db, "psnr.psnr.u");
      compare(quality.planes[2].psnr_db, "psnr.psnr.v");
      compare(quality.all.psnr_db, "psnr.psnr_avg");
      test::expect_within(std::string(name) + " frame " + std::to_string(i) + " psnr", worst, 1e-5);
    }
  }
}

}  // namespace
}  // namespace gan
