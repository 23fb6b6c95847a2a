// SPDX-License-Identifier: LGPL-2.1-or-later
// What a run does when numbers, memory, disk or time run out.
#include <sys/mount.h>

#include <thread>

#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

class Resources : public RunTest<testing::Test> {
 protected:
  const char* recipe() const override { return "compact"; }
  std::vector<const char*> settings() const override {
    return {"features=8", "convs=1", "batch=2", "patch=8", "holdout=1"};
  }
  void SetUp() override { make_pictures(scratch_.file("data"), 5); }
  Finished run(const std::string& out, std::vector<std::string> more) {
    return gan_train(scratch_, command(out, std::move(more)));
  }
  bool wait_for(GanTrain& run, const std::string& file, const std::string& text = "") {
    while (run.running()) {
      if (slurp(scratch_.file(file)).find(text) != std::string::npos &&
          std::filesystem::exists(scratch_.file(file)))
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }
};

TEST_F(Resources, ALossThatIsNoNumberEndsTheRunAndNamesTheLastGoodCheckpoint) {
  ASSERT_EQ(run("a", {"--steps", "7"}).status, 0);
  const Finished done = run("b", {"--set", "lr=10", "--set", "loss=mse", "--set", "save_every=1",
                                  "--set", "features=64", "--set", "convs=16", "--steps", "200"});
  EXPECT_EQ(done.status, 4) << done.output;
  for (const char* part : {"loss is", ".png", "last good checkpoint is", "step-"})
    EXPECT_NE(done.output.find(part), std::string::npos) << part << "\n" << done.output;
}

TEST_F(Resources, WhatIsNotFiniteIsNeverKept) {
  const std::vector<std::string> wild = {
      "--set", "lr=10",       "--set", "loss=mse", "--set", "save_every=1",     "--set",   "ema=0",
      "--set", "features=64", "--set", "convs=16", "--set", "validate_every=1", "--steps", "200"};
  const Finished done = run("a", wild);
  EXPECT_EQ(done.status, 4) << done.output;
  for (const auto& entry : std::filesystem::directory_iterator(scratch_.file("a/checkpoints"))) {
    const TensorFile file = open_tensor_file(entry.path());
    for (const auto& tensor : file.tensors) {
      if (!tensor.name.ends_with("weight") && !tensor.name.ends_with("bias")) continue;
      std::vector<float> values(static_cast<size_t>(tensor.extent()));
      file.read(tensor, std::as_writable_bytes(std::span(values)));
      EXPECT_TRUE(std::ranges::all_of(values, [](float v) { return std::isfinite(v); }))
          << entry.path() << " " << tensor.name;
    }
  }
  auto again = wild;
  again.push_back("--resume");
  const Finished resumed = run("a", again);
  EXPECT_EQ(resumed.status, 4) << resumed.output;
  EXPECT_NE(resumed.output.find("checkpoint is " + scratch_.file("a/checkpoints/step-")),
            std::string::npos)
      << resumed.output;
}

TEST_F(Resources, MoreMemoryThanThereIsEndsTheRunWithAMessage) {
  const Finished done =
      run("a", {"--set", "batch=65536", "--set", "patch=32", "--set", "workers=8"});
  EXPECT_EQ(done.status, 5) << done.output;
  EXPECT_NE(done.output.find("out of memory"), std::string::npos) << done.output;
}

TEST_F(Resources, AFolderThatCannotBeWrittenIsNamedBeforeTheFirstStep) {
  scratch_.write("file", "no folder");
  const Finished done = run("file/run", {});
  EXPECT_EQ(done.status, 1);
  EXPECT_NE(done.output.find("file/run/checkpoints: cannot be made"), std::string::npos)
      << done.output;
  EXPECT_EQ(done.output.find("step"), std::string::npos) << done.output;
}

// A file system of its own, below the scratch folder. Wants to be root.
class SmallDisk {
 public:
  SmallDisk(std::string folder, const char* options) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = mount("none", folder_.c_str(), "tmpfs", 0, options) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::string folder_;
  bool mounted_ = false;
};

TEST_F(Resources, AFullDiskIsToldBeforeTheFirstStep) {
  const SmallDisk disk(scratch_.file("disk"), "size=64k");
  if (!disk.mounted()) GTEST_SKIP() << "may not mount a small file system here";
  const Finished done = run("disk/run", {"--set", "features=64"});
  EXPECT_EQ(done.status, 1);
  EXPECT_NE(done.output.find("MiB are free"), std::string::npos) << done.output;
}

TEST_F(Resources, ADiskThatFillsWhileTrainingLosesNothing) {
  const SmallDisk disk(scratch_.file("disk"), "size=4m");
  if (!disk.mounted()) GTEST_SKIP() << "may not mount a small file system here";
  GanTrain run(command("disk/run", {"--steps", "100000", "--set", "save_every=20"}),
               scratch_.file("log"));
  ASSERT_TRUE(wait_for(run, "disk/run/checkpoints/step-20.safetensors"))
      << slurp(scratch_.file("log"));
  {
    std::ofstream filler(scratch_.file("disk/filler"), std::ios::binary);
    const std::string block(4096, 'x');
    while (filler.write(block.data(), 4096).flush()) {
    }
  }
  EXPECT_EQ(run.wait(), 1);
  const std::string log = slurp(scratch_.file("log"));
  EXPECT_NE(log.find("No space left on device"), std::string::npos) << log;
  std::filesystem::remove(scratch_.file("disk/filler"));
  open_tensor_file(latest("disk/run"));  // throws when it is broken
  EXPECT_EQ(gan_train(scratch_,
                      command("disk/run", {"--steps", "100000", "--resume", "--minutes", "0.01"}))
                .status,
            0);
}

TEST_F(Resources, AReadOnlyFolderIsNamed) {
  const SmallDisk disk(scratch_.file("disk"), "size=4m,ro");
  if (!disk.mounted()) GTEST_SKIP() << "may not mount a read-only file system here";
  const Finished done = run("disk/run", {});
  EXPECT_EQ(done.status, 1);
  EXPECT_NE(done.output.find("disk/run/checkpoints: cannot be made"), std::string::npos)
      << done.output;
}

TEST_F(Resources, Sigusr1SavesAndGoesOn) {
  GanTrain run(command("a", {"--steps", "100000", "--set", "save_every=100000", "--set",
                             "validate_every=0"}),
               scratch_.file("log"));
  ASSERT_TRUE(wait_for(run, "a/metrics.csv", "\n5,")) << slurp(scratch_.file("log"));
  run.signal(SIGUSR1);
  ASSERT_TRUE(wait_for(run, "a/checkpoints/latest.safetensors")) << slurp(scratch_.file("log"));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(run.running());
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait(), 130);
}

TEST_F(Resources, MemoryStaysFlatOverALongRun) {
  GanTrain run(command("a", {"--steps", "100000", "--set", "log_every=100", "--set",
                             "save_every=200", "--set", "validate_every=200"}),
               scratch_.file("log"));
  const auto resident_kb = [&] {
    const std::string status = slurp("/proc/" + std::to_string(run.pid()) + "/status");
    const size_t at = status.find("VmRSS:");
    return at == std::string::npos ? 0.0 : std::strtod(status.c_str() + at + 6, nullptr);
  };
  ASSERT_TRUE(wait_for(run, "a/metrics.csv", "\n200,"));
  const double early = resident_kb();
  ASSERT_TRUE(wait_for(run, "a/metrics.csv", "\n2000,"));
  const double late = resident_kb();
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait(), 130);
  std::printf("resident after 200 steps %.1f MiB, after 2000 %.1f MiB\n", early / 1024,
              late / 1024);
  ASSERT_GT(early, 0);
  ASSERT_GT(late, 0);
  EXPECT_LT(late, 1.03 * early);
}

}  // namespace
}  // namespace gan::test
