// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/kernel_trial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/libtorch/torch_network.h"
#include "models/machine/device.h"
#include "tests/models/noise.h"

namespace gan {
namespace {

std::string best(std::vector<KernelTrial::Result> results, double nearness_db = 50) {
  return KernelTrial{std::move(results), 1}.best(nearness_db).kernel;
}

TEST(KernelTrial, AKernelMustBeFasterByMoreThanChanceAndNear) {
  EXPECT_EQ(best({{"fp32", 115.1, INFINITY}, {"bf16", 100, 50}}), "bf16");
  EXPECT_EQ(best({{"fp32", 114, INFINITY}, {"bf16", 100, 60}}), "fp32");
  EXPECT_EQ(best({{"fp32", 200, INFINITY}, {"bf16", 100, 49.9}}), "fp32");
  EXPECT_EQ(best({{"fp32", 200, INFINITY}, {"bf16", 100, NAN}}), "fp32");
  EXPECT_EQ(best({{"fp32", 200, INFINITY}}), "fp32");
}

TEST(KernelTrial, OfThoseThatAreNearTheFastestIsTaken) {
  const std::vector<KernelTrial::Result> results = {
      {"a", 100, INFINITY}, {"b", 80, 64}, {"c", 50, 59}};
  EXPECT_EQ(best(results, 60), "b");
  EXPECT_EQ(best(results, 48), "c");
  EXPECT_EQ(best(results, 70), "a");
}

TEST(KernelTrial, SaysWhatItFound) {
  EXPECT_EQ((KernelTrial{{{"fp32", 171, INFINITY}, {"bf16", 100, 57.32}, {"c", 342, 9}}, 1}).text(),
            "bf16 is 1.71 times as fast, 57.3 dB near; c is 0.50 times as fast, 9.0 dB near");
  EXPECT_EQ((KernelTrial{{{"fp32", 171, INFINITY}}, 1}).text(), "");
}

TEST(KernelTrial, EachKernelIsRunTwiceAndHeldAgainstTheFirst) {
  Picture picture({3, 2}, 1), made = picture;
  std::map<std::string, int> runs;
  const auto run = [&](const std::string& kernel, const PictureView&) -> PictureView {
    ++runs[kernel];
    std::ranges::fill(made.values, kernel == "b" ? 0.6f : kernel == "c" ? 7.0f : 0.5f);
    return made.view();
  };
  const KernelTrial trial = try_kernels({"a", "b", "c"}, picture, run);
  EXPECT_EQ(runs, (std::map<std::string, int>{{"a", 2}, {"b", 2}, {"c", 2}}));
  EXPECT_EQ(trial.pixels, 6);
  EXPECT_TRUE(std::isinf(trial.results[0].psnr_db));
  EXPECT_NEAR(trial.results[1].psnr_db, 20, 1e-5);
  EXPECT_NEAR(trial.results[2].psnr_db, 10 * std::log10(4.0), 1e-9);  // clamped to 1
}

TEST(KernelTrial, ThePhotographIsOneAndMirroredWhereItEnds) {
  const Picture photograph = builtin_photograph();
  double mean = 0, change = 0;
  for (size_t i = 3; i < photograph.values.size(); ++i) {
    mean += photograph.values[i];
    change += std::abs(photograph.values[i] - photograph.values[i - 3]);
  }
  const auto count = static_cast<double>(photograph.values.size());
  EXPECT_NEAR(mean / count, 0.4, 0.1);
  EXPECT_NEAR(change / count, 0.03, 0.02);  // of noise a third
  const Picture part = trial_picture({600, 16}, 3);
  for (const auto& [x, from] : {std::pair{0, 0}, {255, 255}, {256, 255}, {511, 0}, {512, 0}})
    EXPECT_EQ(part.view().at(x, 5)[1], photograph.view().at(from, 120 + 5)[1]) << x;
  EXPECT_EQ(trial_picture({8, 8}, 4).values[3], 1);
}

class Bf16Trial : public testing::Test {
  void SetUp() override {
    if (!cpu_computes_bf16()) GTEST_SKIP() << "LibTorch computes no bf16 on this processor";
  }
};

LoadedNetwork x2() { return load_network(open_model("x2")); }

TEST_F(Bf16Trial, DecidesWhereThePrecisionIsLeftOpenAndValuesHaveEightBits) {
  TorchNetwork open(x2(), {.device = "cpu"}), asked(x2(), {.device = "cpu", .precision = "fp32"});
  const Picture picture = test::noise({64, 64});
  open.prepare({64, 64}, /*eight_bits=*/false);
  EXPECT_EQ(open.info().precision, "fp32");
  EXPECT_NE(open.trial(), "");
  const Picture tried = test::copy_of(open.run(picture.view(), {}));
  open.prepare({64, 64}, true);
  asked.prepare({64, 64}, true);
  EXPECT_EQ(asked.info().precision, "fp32");
  EXPECT_EQ(asked.trial(), "");
  // Having been rounded to bf16 for the trial, weights are as they were.
  EXPECT_EQ(tried.values, test::copy_of(asked.run(picture.view(), {})).values);
}

}  // namespace
}  // namespace gan
