// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/precision_trial.h"

#include <gtest/gtest.h>

#include "core/metrics.h"
#include "models/builtin.h"
#include "models/enhancer/tiled_network.h"
#include "models/machine/device.h"
#include "models/picture_tensor.h"

namespace gan {
namespace {

TEST(PrecisionTrial, Bf16MustBeFasterByMoreThanChanceAndNear) {
  EXPECT_TRUE((PrecisionTrial{.fp32_ms = 115.1, .bf16_ms = 100, .psnr_db = 50}).bf16_serves());
  EXPECT_FALSE((PrecisionTrial{.fp32_ms = 114, .bf16_ms = 100, .psnr_db = 60}).bf16_serves());
  EXPECT_FALSE((PrecisionTrial{.fp32_ms = 200, .bf16_ms = 100, .psnr_db = 49.9}).bf16_serves());
  EXPECT_FALSE((PrecisionTrial{.fp32_ms = 200, .bf16_ms = 100, .psnr_db = NAN}).bf16_serves());
}

TEST(PrecisionTrial, SaysWhatItFound) {
  EXPECT_EQ((PrecisionTrial{.fp32_ms = 171, .bf16_ms = 100, .psnr_db = 57.32}).text(),
            "bf16 is 1.71 times as fast, 57.3 dB near");
}

TEST(PrecisionTrial, ThePhotographIsOne) {
  const Picture photograph = builtin_photograph();
  double mean = 0, change = 0;
  for (size_t i = 3; i < photograph.values.size(); ++i) {
    mean += photograph.values[i];
    change += std::abs(photograph.values[i] - photograph.values[i - 3]);
  }
  const auto count = static_cast<double>(photograph.values.size());
  EXPECT_NEAR(mean / count, 0.4, 0.1);
  EXPECT_NEAR(change / count, 0.03, 0.02);  // of noise a third
}

class Bf16Trial : public testing::Test {
  void SetUp() override {
    if (!cpu_computes_bf16()) GTEST_SKIP() << "this processor does not compute bf16";
  }
};

LoadedNetwork x2() { return load_network(open_model("x2")); }

TEST_F(Bf16Trial, LeavesTheNetworkAsItWas) {
  TileRunner runner(x2(), {.device = "cpu"});
  ASSERT_TRUE(runner.may_choose());
  const auto tile = tensor_from_picture(centre_patch(builtin_photograph(), 64));
  const torch::Tensor before = runner.run(tile);
  const PrecisionTrial trial = try_precisions(runner, 1e-3);
  EXPECT_GT(trial.fp32_ms, 0);
  EXPECT_GT(trial.bf16_ms, 0);
  EXPECT_GT(trial.psnr_db, 40);
  EXPECT_TRUE(at::equal(before, runner.run(tile)));
}

TEST_F(Bf16Trial, DecidesWhereThePrecisionIsLeftOpenAndValuesHaveEightBits) {
  TiledNetwork open(x2(), {.device = "cpu"}), asked(x2(), {.device = "cpu", .precision = "fp32"});
  open.prepare({64, 64}, /*eight_bits=*/false);
  EXPECT_EQ(open.info().precision, "fp32");
  EXPECT_NE(open.precision_trial(), "");
  open.prepare({64, 64});
  asked.prepare({64, 64});
  EXPECT_EQ(asked.info().precision, "fp32");
  EXPECT_EQ(asked.precision_trial(), "");
}

}  // namespace
}  // namespace gan
