// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-train on a GPU. Skipped where LibTorch finds none.
#include <torch/torch.h>

#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

TEST(GpuTraining, ARunLearnsAndResumes) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "this LibTorch has no CUDA or finds no GPU";
  const Scratch scratch;
  make_pictures(scratch.file("data"), 5);
  for (const char* precision : {"fp32", "bf16"}) {
    const std::string out = scratch.file(precision);
    std::vector<std::string> words = {"run",         "compact", "--data",   scratch.file("data"),
                                      "--out",       out,       "--device", "cuda",
                                      "--precision", precision, "--steps",  "200"};
    for (const char* setting : {"features=8", "convs=1", "patch=16", "batch=4", "holdout=1",
                                "lr=0.003", "ema=0", "validate_every=200"})
      words.insert(words.end(), {"--set", setting});
    const Finished done = gan_train(scratch, words);
    ASSERT_EQ(done.status, 0) << done.output;
    const auto psnr = column(slurp(out + "/metrics.csv"), "val_psnr_y");
    ASSERT_EQ(psnr.size(), 2u);
    EXPECT_GT(psnr[1], psnr[0] + 3);
    const Finished resumed =
        gan_train(scratch, {"run", "compact", "--data", scratch.file("data"), "--out", out,
                            "--device", "cuda", "--resume", "--steps", "210"});
    EXPECT_EQ(resumed.status, 0) << resumed.output;
  }
}

}  // namespace
}  // namespace gan::test
