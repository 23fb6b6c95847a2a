// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/metrics.h"

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
              (2 * 50 * 80 + c1) / (50 * 50 + 80 * 80 + c1), 3e-7);
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
  EXPECT_DOUBLE_EQ(mse(crop(pa, {3, 3}), crop(pb, {3, 3})),
                   mse(fa.view().crop(3), fb.view().crop(3)));
}

TEST(Metrics, SixteenBitSamplesCountInFull) {
  const std::vector<uint16_t> a(16 * 16, 65535), b(16 * 16, 0);
  const SamplePlane pa{reinterpret_cast<const uint8_t*>(a.data()), {16, 16}, 32, 2, 2, 65535};
  const SamplePlane pb{reinterpret_cast<const uint8_t*>(b.data()), {16, 16}, 32, 2, 2, 65535};
  EXPECT_DOUBLE_EQ(mse(pa, pb), 65535.0 * 65535);
  EXPECT_NEAR(psnr_db(mse(pa, pb), pa.peak), 0, 1e-12);
}

// Judged by a numpy program of the definition; 177 and 203 are odd at several scales.
TEST(Metrics, MsSsimPadsOddSides) {
  Picture a({203, 177}, 1), b = a;
  for (int y = 0; y < 177; ++y)
    for (int x = 0; x < 203; ++x) {
      const int value = (x * x * 3 + y * y * 5 + x * y * 7) / 97 % 200 + 20;
      a.span().row(y)[x] = static_cast<float>(value);
      b.span().row(y)[x] =
          static_cast<float>(std::min(255, std::max(0, value + (x * 13 + y * 29) % 37 - 18)));
    }
  const SamplePlane pa = channel_plane(a.view(), 0, 255), pb = channel_plane(b.view(), 0, 255);
  EXPECT_NEAR(ms_ssim(pa, pb), 0.9954167733134837, 1e-6);
  EXPECT_NEAR(ssim(pa, pb), 0.9380231279518665, 1e-6);
}

TEST(Metrics, MsSsimBelowItsSizeIsNotANumber) {
  const Picture large = filled({161, 161}, 9), small = filled({160, 161}, 9);
  EXPECT_DOUBLE_EQ(
      ms_ssim(channel_plane(large.view(), 0, 255), channel_plane(large.view(), 0, 255)), 1);
  EXPECT_TRUE(std::isnan(
      ms_ssim(channel_plane(small.view(), 0, 255), channel_plane(small.view(), 0, 255))));
}

Picture times(Picture picture, float factor) {
  for (float& value : picture.values) value *= factor;
  return picture;
}

TEST(MetricsGolden, AgreesWithBasicSrAndScikitImage) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document(test::read_text(test::golden("metrics/image_metrics.json")),
                              "metrics");
  int count = 0;
  test::each_member(
      json_object_get_object_member(document.root(), "pairs"),
      [&](const std::string& name, JsonObject* pair) {
        const TensorFile file =
            open_tensor_file(test::golden(json_object_get_string_member(pair, "file")));
        const Picture a = test::picture_from(file, "input.0"),
                      b = test::picture_from(file, "input.1");
        const Picture ya = luma_bt601(times(a, 1 / 255.f)), yb = luma_bt601(times(b, 1 / 255.f));
        for (const int crop : {0, 4}) {
          const std::string suffix = crop ? ".crop4" : ".crop0", what = name + suffix;
          const auto psnr = [&](const Picture& p, const Picture& q) {
            return psnr_db(mse(p.view().crop(crop), q.view().crop(crop)), 255);
          };
          const auto similarity = [&](const Picture& p, const Picture& q) {
            return ssim(p.view().crop(crop), q.view().crop(crop), 255);
          };
          const auto expect = [&](const char* key, double value, double tolerance) {
            test::expect_within(what + " " + key,
                                std::abs(value - test::number(pair, key + suffix)), tolerance);
          };
          expect("basicsr.psnr_rgb", psnr(a, b), 1e-5);
          expect("basicsr.psnr_y", psnr(ya, yb), 1e-5);
          expect("basicsr.ssim_rgb", similarity(a, b), 1e-6);
          expect("basicsr.ssim_y", similarity(ya, yb), 1e-5);
        }
        test::expect_within(
            name + " skimage.ssim_gauss",
            std::abs(ssim(a.view(), b.view(), 255) - test::number(pair, "skimage.ssim_gauss.mean")),
            1e-6);
        if (json_object_has_member(pair, "pytorch_msssim.ms_ssim.f64")) {
          double sum = 0;
          for (int c = 0; c < 3; ++c)
            sum += ms_ssim(channel_plane(a.view(), c, 255), channel_plane(b.view(), c, 255));
          test::expect_within(name + " pytorch_msssim.ms_ssim",
                              std::abs(sum / 3 - test::number(pair, "pytorch_msssim.ms_ssim.f64")),
                              1e-5);
        }
        ++count;
      });
  EXPECT_GE(count, 5);
}

}  // namespace
}  // namespace gan
