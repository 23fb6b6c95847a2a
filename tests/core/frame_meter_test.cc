// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame_meter.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/plain_metrics.h"
#include "tests/core/test_frame.h"
#include "tests/golden/golden_clip.h"

namespace gan {
namespace {

using test::TestFrame;

TestFrame random_frame(PixelFormat format, Size size, unsigned seed) {
  TestFrame frame(format, size, {});
  frame.fill_random(seed);
  return frame;
}

PixelFormat format_at(int index) { return static_cast<PixelFormat>(index); }

TEST(FrameMeter, MeasuresEveryFormatLikeThePlainLoop) {
  for (int i = 0; i < kPixelFormatCount; ++i) {
    const TestFrame a = random_frame(format_at(i), {37, 29}, 1);
    const TestFrame b = random_frame(format_at(i), {37, 29}, 2);
    for (const auto window : {SsimWindow::kGaussian, SsimWindow::kFfmpeg}) {
      FrameMeter meter({.crop_border = 2, .ssim_window = window});
      const FrameQuality quality = meter.add(a.view(), b.view());
      const FormatInfo& format = info(format_at(i));
      ASSERT_EQ(quality.planes.size(), static_cast<size_t>(format.components)) << format.name;
      double squares = 0, samples = 0;
      for (int c = 0; c < format.components; ++c) {
        const Component& component = format.component[static_cast<size_t>(c)];
        const Size border{2 >> component.shrink_x, 2 >> component.shrink_y};
        const SamplePlane p = crop(component_plane(a.view(), c), border);
        const SamplePlane q = crop(component_plane(b.view(), c), border);
        const auto& plane = quality.planes[static_cast<size_t>(c)];
        EXPECT_NEAR(plane.mse, test::plain_mse(p, q), 1e-9 * plane.mse) << format.name;
        EXPECT_NEAR(plane.ssim,
                    window == SsimWindow::kGaussian ? test::plain_gaussian_ssim(p, q)
                                                    : test::plain_block_ssim(p, q),
                    1e-6)
            << format.name << " " << plane.name;
        squares += plane.mse * static_cast<double>(p.size.area());
        samples += static_cast<double>(p.size.area());
      }
      EXPECT_NEAR(quality.all.mse, squares / samples, 1e-9 * quality.all.mse) << format.name;
    }
  }
}

TEST(FrameMeter, OnePixelHasAnMseAndNoSsim) {
  for (int i = 0; i < kPixelFormatCount; ++i) {
    FrameMeter meter({.ms_ssim = true});
    const TestFrame a = random_frame(format_at(i), {1, 1}, 1);
    const TestFrame b = random_frame(format_at(i), {1, 1}, 2);
    const FrameQuality quality = meter.add(a.view(), b.view());
    EXPECT_NEAR(quality.planes[0].mse, std::pow(a.get(0, 0, 0) - b.get(0, 0, 0), 2), 1e-6);
    EXPECT_TRUE(std::isnan(quality.all.ssim) && std::isnan(quality.all.ms_ssim));
  }
}

TEST(FrameMeter, BlackFramesAreIdentical) {
  FrameMeter meter;
  TestFrame black(PixelFormat::kI420, {64, 48}, {});
  black.set_all(16, 128, 128);
  const FrameQuality quality = meter.add(black.view(), black.view());
  EXPECT_TRUE(std::isinf(quality.all.psnr_db));
  EXPECT_EQ(quality.all.ssim, 1);
  EXPECT_EQ(meter.summary().identical, 1u);
  EXPECT_TRUE(std::isinf(meter.summary().psnr_mean_db));
}

TEST(FrameMeter, TheTwoMeansOfPsnrDifferAndIdenticalFramesAreApart) {
  FrameMeter meter;
  TestFrame a(PixelFormat::kGRAY8, {16, 16}, {}), b = a, c = a;
  b.set_all(1, 0, 0);
  c.set_all(3, 0, 0);
  meter.add(a.view(), a.view());
  meter.add(a.view(), b.view());  // mse 1
  meter.add(a.view(), c.view());  // mse 9
  const MeterSummary summary = meter.summary();
  EXPECT_EQ(summary.identical, 1u);
  EXPECT_NEAR(summary.all.psnr_db, psnr_db(10 / 3.0, 255), 1e-9);
  EXPECT_NEAR(summary.psnr_mean_db, (psnr_db(1, 255) + psnr_db(9, 255)) / 2, 1e-9);
  EXPECT_NEAR(summary.psnr_min_db, psnr_db(9, 255), 1e-9);
}

TEST(FrameMeter, ShimmerOnAStillReferenceIsFlicker) {
  FrameMeter meter({.flicker = true});
  TestFrame still(PixelFormat::kGRAY8, {16, 16}, {}), bright = still, moved = still;
  still.set_all(100, 0, 0);
  bright.set_all(106, 0, 0);
  moved.set_all(140, 0, 0);
  EXPECT_TRUE(std::isnan(meter.add(still.view(), still.view()).all.flicker));
  const FrameQuality shimmer = meter.add(still.view(), bright.view());
  EXPECT_EQ(shimmer.all.flicker, 6);
  EXPECT_EQ(shimmer.all.flicker_static, 6);
  const FrameQuality motion = meter.add(moved.view(), moved.view());  // 40 against 34
  EXPECT_EQ(motion.all.flicker, 6);
  EXPECT_TRUE(std::isnan(motion.all.flicker_static));
  const FrameQuality same = meter.add(still.view(), still.view());
  EXPECT_EQ(same.all.flicker, 0);
  EXPECT_EQ(meter.summary().all.flicker, 4);
  meter.interrupt();
  EXPECT_TRUE(std::isnan(meter.add(still.view(), bright.view()).all.flicker));
}

TEST(FrameMeter, AConstantErrorDoesNotFlicker) {
  FrameMeter meter({.flicker = true});
  TestFrame frame = random_frame(PixelFormat::kI420_10LE, {40, 30}, 1), off = frame;
  off.each(
      [&](int c, int x, int y) { off.set(c, x, y, std::min(1023, off.get(c, x, y) / 2 + 9)); });
  meter.add(frame.view(), off.view());
  EXPECT_EQ(meter.add(frame.view(), off.view()).all.flicker, 0);
}

TEST(FrameMeter, AChangeOfDepthIsRefused) {
  FrameMeter meter;
  const TestFrame eight(PixelFormat::kI420, {32, 32}, {}),
      ten(PixelFormat::kI420_10LE, {32, 32}, {});
  meter.add(eight.view(), eight.view());
  EXPECT_THROW(meter.add(ten.view(), ten.view()), Error);
  const TestFrame smaller(PixelFormat::kI420, {30, 30}, {});
  EXPECT_NO_THROW(meter.add(smaller.view(), smaller.view()));
}

TEST(FrameMeter, ABorderThatLeavesNothingIsRefused) {
  FrameMeter meter({.crop_border = 16});
  const TestFrame frame(PixelFormat::kI420, {32, 40}, {});
  EXPECT_THROW(meter.add(frame.view(), frame.view()), Error);
}

// FFmpeg's SSE4 code leaves its C code when a plane's number of whole blocks of 4 columns is 2 more
// than a multiple of 4 (see core/metrics.h). These are the values of ffmpeg 5.1 -cpuflags 0 for the
// chroma planes, 88 columns wide, of the clip carphone8:
//   ffmpeg -cpuflags 0 -i processed -i reference -lavfi ssim=f=- -f null -
constexpr double kCarphoneChroma[8][3] = {
    {0.904191, 0.920512, 0.888216}, {0.911487, 0.926914, 0.888922}, {0.910793, 0.923065, 0.893139},
    {0.909077, 0.924824, 0.893600}, {0.905617, 0.922624, 0.892373}, {0.909560, 0.924677, 0.895475},
    {0.906193, 0.922373, 0.892367}, {0.907889, 0.925005, 0.891017}};

TEST(FrameMeterGolden, AgreesWithFfmpegFrameByFrame) {
  GAN_NEEDS("GAN_GOLDEN");
  test::each_golden_clip([](const test::GoldenClip& clip) {
    FrameMeter meter({.ssim_window = SsimWindow::kFfmpeg});
    for (int i = 0; i < clip.frames(); ++i) {
      const FrameQuality quality =
          meter.add(clip.frame(clip.reference, i), clip.frame(clip.processed, i));
      double psnr = 0, ssim = 0;
      const auto compare = [&](double value, double wanted, double& worst) {
        if (!(std::isinf(wanted) && std::isinf(value)))
          worst = std::max(worst, std::abs(value - wanted));
      };
      const auto compare_all = [&](const PlaneQuality& plane, const char* psnr_key,
                                   const char* ssim_key) {
        compare(plane.psnr_db, clip.value(clip.psnr, i, psnr_key), psnr);
        compare(plane.ssim, clip.value(clip.ssim, i, ssim_key), ssim);
      };
      compare_all(quality.planes[0], "psnr.psnr.y", "ssim.Y");
      compare_all(quality.planes[1], "psnr.psnr.u", "ssim.U");
      compare_all(quality.planes[2], "psnr.psnr.v", "ssim.V");
      compare_all(quality.all, "psnr.psnr_avg", "ssim.All");
      if (clip.name == "carphone8") {
        ssim = std::abs(quality.planes[0].ssim - clip.value(clip.ssim, i, "ssim.Y"));
        compare(quality.planes[1].ssim, kCarphoneChroma[i][0], ssim);
        compare(quality.planes[2].ssim, kCarphoneChroma[i][1], ssim);
        compare(quality.all.ssim, kCarphoneChroma[i][2], ssim);
      }
      const std::string what = concat(clip.name, " frame ", i);
      test::expect_within(what + " psnr", psnr, 1e-5);
      test::expect_within(what + " ssim-window=ffmpeg", ssim, 1e-6);
    }
  });
}

}  // namespace
}  // namespace gan
