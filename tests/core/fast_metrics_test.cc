// SPDX-License-Identifier: LGPL-2.1-or-later
// The fast forms of the metrics against the plain ones, for every sample type and awkward sizes.
#include "core/metrics.h"

#include <gtest/gtest.h>

#include "core/ssim.h"
#include "core/workers.h"
#include "tests/core/plain_metrics.h"

namespace gan {
namespace {

using test::TestPlanes;

constexpr Size kSizes[] = {{11, 11},  {12, 17},  {33, 8},  {8, 75},  {138, 21},
                           {139, 74}, {530, 27}, {27, 43}, {28, 150}};
constexpr int kBits[] = {8, 10, 16, 32};

TEST(FastMetrics, MseIsThatOfThePlainLoop) {
  for (const int bits : kBits)
    for (const Size size : {Size{1, 1}, Size{7, 3}, Size{139, 74}}) {
      const TestPlanes planes(size, bits);
      const double plain = test::plain_mse(planes.a, planes.b);
      EXPECT_NEAR(mse(planes.a, planes.b), plain, 1e-12 * plain) << bits << " bits";
    }
}

TEST(FastMetrics, GaussianSsimIsThatOfThePlainLoop) {
  for (const int bits : kBits)
    for (const Size size : kSizes) {
      if (size.width < 11 || size.height < 11) continue;
      const TestPlanes planes(size, bits);
      EXPECT_NEAR(ssim(planes.a, planes.b), test::plain_gaussian_ssim(planes.a, planes.b), 1e-6)
          << bits << " bits " << size.width << "x" << size.height;
    }
}

TEST(FastMetrics, EveryLengthOfVectorsGivesTheGaussianSsimOfThePlainLoop) {
  for (int lanes = 4; lanes <= gaussian_lanes(); lanes *= 2)
    for (const int bits : kBits)
      for (const Size size : {Size{11, 11}, Size{139, 74}, Size{1040, 12}}) {
        const TestPlanes planes(size, bits);
        const Size map = ssim_map(size, SsimWindow::kGaussian);
        const double sum = gaussian_rows({planes.a, planes.b}, {0, map.height}, lanes);
        EXPECT_NEAR(sum / static_cast<double>(map.area()),
                    test::plain_gaussian_ssim(planes.a, planes.b), 1e-6)
            << lanes << " lanes " << bits << " bits " << size.width << "x" << size.height;
      }
}

TEST(FastMetrics, BlockSsimIsThatOfThePlainLoop) {
  for (const int bits : kBits)
    for (const Size size : kSizes) {
      const TestPlanes planes(size, bits);
      EXPECT_NEAR(ssim(planes.a, planes.b, SsimWindow::kFfmpeg),
                  test::plain_block_ssim(planes.a, planes.b), 1e-6)
          << bits << " bits " << size.width << "x" << size.height;
    }
}

// A chunk of blocks, where their sums change over, lies at 512 samples, a strip of the Gaussian
// window at 1024 of the map; beyond twice the first it must still hold.
TEST(FastMetrics, WidePlanesLoseNoWindowBetweenChunks) {
  for (const int width : {508, 512, 516, 1016, 1020, 1024, 1034, 1035, 1044, 1100}) {
    const TestPlanes planes({width, 12}, 8);
    EXPECT_NEAR(ssim(planes.a, planes.b, SsimWindow::kFfmpeg),
                test::plain_block_ssim(planes.a, planes.b), 1e-6)
        << width;
    EXPECT_NEAR(ssim(planes.a, planes.b), test::plain_gaussian_ssim(planes.a, planes.b), 1e-6)
        << width;
  }
}

// The largest differences there are: no sum may overflow.
TEST(FastMetrics, BlackAgainstWhiteOverflowsNothing) {
  for (const int bits : {8, 10, 16}) {
    TestPlanes planes({70000, 12}, bits);
    std::fill(planes.a_bytes.begin(), planes.a_bytes.end(), uint8_t{0});
    const double white = (1 << bits) - 1;
    for (size_t i = 0; i < planes.b_bytes.size(); ++i)
      planes.b_bytes[i] = static_cast<uint8_t>(bits > 8 && i % 2 ? (1 << (bits - 8)) - 1 : 255);
    EXPECT_DOUBLE_EQ(mse(planes.a, planes.b), white * white);
    const double c1 = std::pow(0.01 * white, 2);
    EXPECT_NEAR(ssim(planes.a, planes.b), c1 / (white * white + c1), 1e-6);
    EXPECT_NEAR(ssim(planes.a, planes.b, SsimWindow::kFfmpeg),
                test::plain_block_ssim(planes.a, planes.b), 1e-6);
  }
}

TEST(FastMetrics, IdenticalPlanesGiveExactlyOne) {
  for (const int bits : kBits) {
    const TestPlanes planes({139, 74}, bits);
    EXPECT_EQ(ssim(planes.b, planes.b), 1);
    EXPECT_EQ(ssim(planes.b, planes.b, SsimWindow::kFfmpeg), 1);
    EXPECT_EQ(mse(planes.b, planes.b), 0);
  }
}

TEST(FastMetrics, AnyNumberOfThreadsGivesTheSameBits) {
  const TestPlanes planes({203, 331}, 8);
  Workers three(3);
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(mse(planes.a, planes.b, &three), mse(planes.a, planes.b));
    EXPECT_EQ(ssim(planes.a, planes.b, SsimWindow::kGaussian, &three), ssim(planes.a, planes.b));
    EXPECT_EQ(ssim(planes.a, planes.b, SsimWindow::kFfmpeg, &three),
              ssim(planes.a, planes.b, SsimWindow::kFfmpeg));
    EXPECT_EQ(ms_ssim(planes.a, planes.b, &three), ms_ssim(planes.a, planes.b));
  }
}

TEST(FastMetrics, PlanesMeasuredAtOnceAreAsEachAlone) {
  const TestPlanes luma({203, 331}, 8), chroma({101, 165}, 8), small({9, 5}, 8);
  std::vector<PlaneTask> tasks;
  for (const TestPlanes* planes : {&luma, &chroma, &small})
    tasks.push_back({.now = {planes->a, planes->b}, .mse = true, .ssim = true});
  const PlanePair before{luma.b, luma.a};
  tasks[0].before = &before;
  Workers two(2);
  const std::vector<PlaneMeasures> all = measure(tasks, &two);
  ASSERT_EQ(all.size(), 3u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(all[i].mse, mse(tasks[i].now.reference, tasks[i].now.processed));
    EXPECT_EQ(all[i].ssim, ssim(tasks[i].now.reference, tasks[i].now.processed));
  }
  EXPECT_EQ(all[0].flicker.mean, flicker(before, tasks[0].now).mean);
  EXPECT_EQ(all[2].mse, mse(small.a, small.b));
  EXPECT_TRUE(std::isnan(all[2].ssim));
}

TEST(Workers, RunEveryPartOnce) {
  for (const int threads : {1, 2, 5}) {
    Workers workers(threads);
    for (const int count : {0, 1, 2, 100}) {
      std::vector<int> calls(static_cast<size_t>(count));
      workers.run(count, [&](int part) { ++calls[static_cast<size_t>(part)]; });
      EXPECT_EQ(calls, std::vector<int>(static_cast<size_t>(count), 1));
    }
  }
}

}  // namespace
}  // namespace gan
