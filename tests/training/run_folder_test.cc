// SPDX-License-Identifier: LGPL-2.1-or-later
// What a run may do in a folder that is not empty, and how it ends when there is nothing to do.
#include <chrono>
#include <map>
#include <thread>

#include "core/checkpoint/safetensors.h"
#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

class RunFolders : public RunTest<testing::Test> {
 protected:
  const char* recipe() const override { return "compact"; }
  std::vector<const char*> settings() const override {
    return {"features=4", "convs=0", "batch=1", "patch=8", "holdout=1"};
  }
  void SetUp() override { make_pictures(scratch_.file("data"), 4); }

  Finished run(const std::string& out, std::vector<std::string> more = {}) {
    return gan_train(scratch_, command(out, std::move(more)));
  }
  void put(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(std::filesystem::path(scratch_.file(name)).parent_path());
    scratch_.write(name, bytes);
  }
  // Every file of a folder, whole.
  std::map<std::string, std::string> files_in(const std::string& folder) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch_.file(folder)))
      files[entry.path()] = entry.is_regular_file() ? slurp(entry.path()) : "";
    return files;
  }
  void expect_refused(const std::string& out, const std::string& why,
                      std::vector<std::string> more = {}) {
    const auto before = files_in(out);
    const Finished done = run(out, std::move(more));
    EXPECT_EQ(done.status, 2) << done.output;
    EXPECT_NE(done.output.find(why), std::string::npos) << done.output;
    EXPECT_EQ(files_in(out), before) << out;
  }
};

TEST_F(RunFolders, ANewRunTouchesNothingOfAnother) {
  for (const char* name :
       {"metrics.csv", "log.txt", "report.html", "events.out.tfevents.1.host", "samples/step-5.png",
        "checkpoints/step-5.safetensors", "checkpoints/latest.safetensors", "command.txt"}) {
    const std::string out = std::string("of-") + std::filesystem::path(name).filename().string();
    put(out + "/" + name, "somebody's\nwork\n");
    put(out + "/samples/holiday.png", "a picture");
    expect_refused(out, std::string("holds a run already (") + name + "); ");
  }
}

TEST_F(RunFolders, PicturesThatARunDidNotMakeStay) {
  put("a/samples/holiday.png", "a picture");
  put("a/notes.txt", "mine");
  run_whole("a");
  run_whole("a", {"--resume", "--steps", "45"});
  EXPECT_EQ(slurp(scratch_.file("a/samples/holiday.png")), "a picture");
  EXPECT_EQ(slurp(scratch_.file("a/notes.txt")), "mine");
  EXPECT_EQ(slurp(scratch_.file("a/report.html")).find("holiday"), std::string::npos);
}

TEST_F(RunFolders, WithoutItsStatesAFinishedRunIsNotBegunAnew) {
  run_whole("a");
  for (const auto& entry : std::filesystem::directory_iterator(scratch_.file("a/checkpoints")))
    if (entry.path().extension() == ".state") std::filesystem::remove(entry.path());
  expect_refused("a", "choose another folder");
  expect_refused("a", "--set init=" + latest("a"), {"--resume"});
  // What the message proposes works.
  run_whole("b", {"--steps", "1", "--set", "init=" + latest("a")});
}

TEST_F(RunFolders, ResumeWantsARun) {
  std::filesystem::create_directories(scratch_.file("empty"));
  expect_refused("empty", "holds no run to go on with", {"--resume"});
  put("other/metrics.csv", "a,b\n1,2\n");
  put("other/command.txt", "somebody's\n");
  expect_refused("other", "metrics.csv but no", {"--resume"});
  EXPECT_EQ(run("none", {"--resume"}).status, 2);
  EXPECT_FALSE(std::filesystem::exists(scratch_.file("none")));
}

TEST_F(RunFolders, ARunKilledBeforeItsFirstCheckpointBeginsAgain) {
  run_whole("reference");
  {
    GanTrain killed(command("a", {"--set", "save_every=100000", "--set", "validate_every=0",
                                  "--steps", "100000"}),
                    scratch_.file("log"));
    while (killed.running() && metrics("a").find("\n5,") == std::string::npos)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ASSERT_FALSE(std::filesystem::exists(latest("a")));
  expect_refused("a", "go on with --resume");
  resume_and_compare("a");
}

TEST_F(RunFolders, AnInterruptBeforeTheFirstStepSaysThatNothingWasSaved) {
  make_pictures(scratch_.file("data"), 200);  // so that opening them takes a while
  GanTrain run(command("a"), scratch_.file("log"));
  const std::string status = "/proc/" + std::to_string(run.pid()) + "/status";
  // SIGINT is bit 1 of the caught signals.
  const auto catches = [&] {
    const std::string text = slurp(status);
    const size_t at = text.find("SigCgt:");
    return at != std::string::npos && (std::strtoull(text.c_str() + at + 7, nullptr, 16) & 2);
  };
  while (run.running() && !catches()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  run.signal(SIGINT);
  EXPECT_EQ(run.wait(), 130);
  const std::string log = slurp(scratch_.file("log"));
  EXPECT_NE(log.find("before the first step"), std::string::npos) << log;
  EXPECT_EQ(log.find("saved at step"), std::string::npos) << log;
}

TEST_F(RunFolders, FewerStepsThanDoneIsSaid) {
  run_whole("a");
  const Finished done = run("a", {"--resume", "--steps", "4"});
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_NE(done.output.find("the run is at step 40, beyond steps=4"), std::string::npos)
      << done.output;
  EXPECT_EQ(done.output.find("time is up"), std::string::npos) << done.output;
}

TEST_F(RunFolders, OtherDataIsNamedWhenARunGoesOn) {
  run_whole("a", {"--steps", "5"});
  make_pictures(scratch_.file("more"), 6);
  const Finished done = run("a", {"--resume", "--data", scratch_.file("more"), "--steps", "6"});
  EXPECT_EQ(done.status, 0) << done.output;
  for (const std::string& part : {scratch_.file("more") + ": the run goes on, but not bit for bit",
                                  std::string("samples an epoch was 3, is 5")})
    EXPECT_NE(done.output.find(part), std::string::npos) << part << "\n" << done.output;
  const Finished same = run("a", {"--resume", "--data", scratch_.file("./more/"), "--steps", "7"});
  EXPECT_EQ(same.output.find("bit for bit"), std::string::npos) << same.output;
}

TEST_F(RunFolders, KeepingEveryCheckpointIsAllowedWhereThereIsRoomForThem) {
  run_whole("a", {"--set", "keep=1000000", "--set", "features=64", "--set", "convs=16", "--set",
                  "validate_every=0", "--steps", "14"});  // 11 MiB each
  EXPECT_TRUE(std::filesystem::exists(scratch_.file("a/checkpoints/step-7.safetensors")));
}

// The step of a checkpoint.
std::string step_of_file(const std::string& path) {
  return open_tensor_file(path).metadata.at("gan.step");
}

TEST_F(RunFolders, BestIsSetRightAfterAKillBeforeIt) {
  run_whole("a", {"--set", "lr=0.003", "--set", "validate_every=5", "--steps", "5"});
  const std::string best = scratch_.file("a/checkpoints/best.safetensors");
  ASSERT_EQ(step_of_file(best), "5");
  run_whole("b", {"--set", "lr=0", "--steps", "1"});
  std::filesystem::remove(best);  // step-5.safetensors by another name
  std::filesystem::copy_file(latest("b"), best);
  ASSERT_EQ(step_of_file(best), "1");  // as if killed between state and best
  run_whole("a", {"--resume", "--set", "lr=0.003", "--set", "validate_every=0", "--steps", "6"});
  EXPECT_EQ(step_of_file(best), "5");
}

TEST_F(RunFolders, LatestIsSetRightAfterAKillBeforeIt) {
  run_whole("a", {"--steps", "14"});
  run_whole("b", {"--steps", "1"});
  std::filesystem::remove(latest("a"));  // step-14.safetensors by another name
  std::filesystem::copy_file(latest("b"), latest("a"));
  ASSERT_EQ(step_of_file(latest("a")), "1");  // as if killed between weights and latest
  run_whole("a", {"--resume", "--steps", "14"});
  EXPECT_EQ(step_of_file(latest("a")), "14");
}

}  // namespace
}  // namespace gan::test
