// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs of several processes from the outside: their folder, going on with another number, what ends
// one of them ends all, in time and by name.
#include <filesystem>
#include <random>

#include "tests/training/processes.h"
#include "training/run/place.h"
#include "training/run/ranks.h"

namespace gan::test {
namespace {

constexpr double kLimit = 120;  // seconds, in which even a busy machine ends a run

class RanksRun : public RunTest<testing::Test> {
 protected:
  const char* recipe() const override { return "compact"; }
  std::vector<const char*> settings() const override {
    return {"features=8", "convs=1", "batch=4", "patch=8", "holdout=1"};
  }
  void SetUp() override {
    if (!training::ranks_missing().empty()) GTEST_SKIP() << training::ranks_missing();
    make_pictures(scratch_.file("data"), 5);
  }
  Processes start(int count, const std::string& out, std::vector<std::string> more = {}) {
    return {count, "GAN_TRAIN", command(out, std::move(more)), scratch_.file("log")};
  }
  void expect_all(Processes& run, int count, int status) {
    const auto statuses = run.wait(kLimit);
    for (int rank = 0; rank < count; ++rank)
      EXPECT_EQ(statuses[static_cast<size_t>(rank)], status)
          << "rank " << rank << ": " << run.output(rank);
  }
  void run_all(int count, const std::string& out, std::vector<std::string> more = {}) {
    auto run = start(count, out, std::move(more));
    expect_all(run, count, 0);
  }
  // Until the run has written so many rows.
  void wait_for_rows(const std::string& out, size_t rows) const {
    const auto begin = std::chrono::steady_clock::now();
    while (std::ranges::count(metrics(out), '\n') < static_cast<ptrdiff_t>(rows + 1) &&
           std::chrono::steady_clock::now() - begin < std::chrono::duration<double>(kLimit))
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  double largest_distance(const std::string& a, const std::string& b) const {
    const TensorFile first = open_tensor_file(latest(a)), second = open_tensor_file(latest(b));
    double largest = 0;
    for (const auto& entry : first.tensors) {
      std::vector<float> x(static_cast<size_t>(entry.extent())), y(x.size());
      first.read(entry, std::as_writable_bytes(std::span(x)));
      second.read(*second.find(entry.name), std::as_writable_bytes(std::span(y)));
      for (size_t i = 0; i < x.size(); ++i)
        largest = std::max(largest, double{std::abs(x[i] - y[i])});
    }
    return largest;
  }
};

class SlowRanksRun : public RanksRun {};  // of the suite slow

TEST_F(RanksRun, TwoProcessesOfOneCommandTrainAsOneDoes) {
  run_whole("one");
  run_whole("two", {"--processes", "2"});
  run_whole("again", {"--processes", "2"});
  expect_equal_weights(latest("two"), latest("again"));
  EXPECT_EQ(metrics("two"), metrics("again"));
  // Adam's steps of 40 times 2e-4 go 8e-3 at most.
  EXPECT_LT(largest_distance("one", "two"), 1e-4);
  const auto one = column(metrics("one"), "loss"), two = column(metrics("two"), "loss");
  ASSERT_EQ(one.size(), two.size());
  for (size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], two[i], 1e-4 * one[i]);
  const std::string log = slurp(scratch_.file("two/log.txt"));
  EXPECT_EQ(log.find("done: "), log.rfind("done: ")) << log;
}

TEST_F(SlowRanksRun, ARunGoesOnWithAnotherNumberOfProcesses) {
  run_whole("reference", {"--processes", "2"});
  run_whole("a", {"--processes", "2", "--steps", "20"});
  run_whole("a", {"--resume", "--steps", "30"});
  EXPECT_NE(slurp(scratch_.file("a/log.txt")).find("processes was 2, is 1"), std::string::npos);
  run_whole("a", {"--resume", "--processes", "4"});
  EXPECT_LT(largest_distance("reference", "a"), 1e-4);
}

TEST_F(RanksRun, ABatchThatCannotBeDividedIsRefused) {
  const Finished done = gan_train(scratch_, command("a", {"--processes", "3"}));
  EXPECT_EQ(done.status, 2) << done.output;
  EXPECT_NE(done.output.find("batch=4 cannot be divided among 3 processes"), std::string::npos)
      << done.output;
}

TEST_F(SlowRanksRun, ASignalToOneStopsAll) {
  auto run = start(2, "a", {"--steps", "100000"});
  wait_for_rows("a", 2);
  run.signal(1, SIGTERM);
  expect_all(run, 2, 130);
  EXPECT_NE(slurp(scratch_.file("a/log.txt")).find("interrupted and saved at step"),
            std::string::npos);
}

TEST_F(SlowRanksRun, AKilledProcessIsNamedBesideTheLastGoodCheckpoint) {
  auto run = start(2, "a", {"--steps", "100000", "--set", "validate_every=0"});
  wait_for_rows("a", 3);
  run.signal(1, SIGKILL);
  const auto statuses = run.wait(kLimit);
  EXPECT_EQ(statuses[1], 128 + SIGKILL);
  EXPECT_EQ(statuses[0], 1);
  const std::string output = run.output(0);
  for (const char* part : {"rank 1 (", "has gone", "last good checkpoint is", "step-"})
    EXPECT_NE(output.find(part), std::string::npos) << part << "\n" << output;
}

TEST_F(SlowRanksRun, AProcessThatStopsIsSilentAndEndsTheRunInTime) {
  auto run = start(2, "a", {"--steps", "100000", "--patience", "5", "--set", "validate_every=0"});
  wait_for_rows("a", 2);
  run.signal(1, SIGSTOP);
  const auto begin = std::chrono::steady_clock::now();
  while (run.output(0).find("gan-train: ") == std::string::npos &&
         std::chrono::steady_clock::now() - begin < std::chrono::duration<double>(kLimit))
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  run.signal(1, SIGKILL);
  run.wait(kLimit);
  EXPECT_NE(run.output(0).find("has been silent for"), std::string::npos) << run.output(0);
  EXPECT_NE(run.output(0).find("rank 1 ("), std::string::npos) << run.output(0);
}

TEST_F(SlowRanksRun, WhatIsNotFiniteEndsAllWithTheSameWords) {
  auto run = start(2, "a",
                   {"--set", "lr=10", "--set", "loss=mse", "--set", "save_every=1", "--set",
                    "features=64", "--set", "convs=16", "--steps", "200"});
  const auto statuses = run.wait(kLimit);
  EXPECT_TRUE(statuses[0] == 4 || statuses[1] == 4) << run.output(0) << run.output(1);
  for (int rank = 0; rank < 2; ++rank) {
    EXPECT_NE(statuses[static_cast<size_t>(rank)], 0);
    EXPECT_NE(run.output(rank).find("loss is"), std::string::npos) << run.output(rank);
  }
}

TEST_F(SlowRanksRun, ProcessesThatWereStartedAgainResumeByThemselves) {
  run_all(2, "reference");
  run_all(2, "a", {"--steps", "20"});
  setenv("TORCHELASTIC_RESTART_COUNT", "1", 1);
  run_all(2, "a");
  run_all(2, "b");  // nothing had begun
  unsetenv("TORCHELASTIC_RESTART_COUNT");
  for (const char* out : {"a", "b"}) expect_equal_weights(latest("reference"), latest(out));
  EXPECT_EQ(metrics("reference"), metrics("a"));
}

TEST_F(RanksRun, WhoDoesNotComeIsNamed) {
  setenv("WORLD_SIZE", "2", 1);
  setenv("RANK", "0", 1);
  setenv("MASTER_ADDR", "127.0.0.1", 1);
  setenv("MASTER_PORT", std::to_string(training::free_port()).c_str(), 1);
  const Finished done = gan_train(scratch_, command("a", {"--patience", "2"}));
  for (const char* name : {"WORLD_SIZE", "RANK", "MASTER_ADDR", "MASTER_PORT"}) unsetenv(name);
  EXPECT_EQ(done.status, 1);
  EXPECT_NE(done.output.find("have not come within 2 s: 1"), std::string::npos) << done.output;
}

TEST_F(SlowRanksRun, KilledTwentyTimesAtRandomMomentsItResumesExactly) {
  run_all(2, "reference");
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < 20; ++i) {
    const std::string out = "a" + std::to_string(i);
    {
      auto run = start(2, out);
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 4000));
      const int rank = static_cast<int>(random() % 2);
      run.signal(rank, SIGKILL);
      const auto begin = std::chrono::steady_clock::now();
      for (const int status : run.wait(kLimit)) EXPECT_NE(status, -1) << "hangs";
      std::printf("kill %d of rank %d: ended after %.1f s\n", i, rank,
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    const bool begun = std::filesystem::exists(scratch_.file(out + "/command.txt"));
    run_all(2, out, begun ? std::vector<std::string>{"--resume"} : std::vector<std::string>());
    expect_equal_weights(latest("reference"), latest(out));
    EXPECT_EQ(metrics("reference"), metrics(out));
  }
}

class PlaceOfRank : public testing::Test {
 protected:
  void TearDown() override {
    for (const auto& name : names_) unsetenv(name.c_str());
  }
  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    names_.push_back(name);
  }
  std::vector<std::string> names_;
};

TEST_F(PlaceOfRank, IsOneOfOneWithoutALauncher) {
  const auto place = training::place_from_environment();
  EXPECT_EQ(place.rank, 0);
  EXPECT_EQ(place.ranks, 1);
}

TEST_F(PlaceOfRank, IsReadFromTorchrun) {
  set("RANK", "3");
  set("WORLD_SIZE", "4");
  set("LOCAL_RANK", "1");
  set("LOCAL_WORLD_SIZE", "2");
  set("MASTER_ADDR", "head");
  set("MASTER_PORT", "4000");
  set("TORCHELASTIC_USE_AGENT_STORE", "True");
  set("TORCHELASTIC_RESTART_COUNT", "2");
  const auto place = training::place_from_environment();
  EXPECT_EQ(place.rank, 3);
  EXPECT_EQ(place.ranks, 4);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.local_ranks, 2);
  EXPECT_EQ(place.master, "head");
  EXPECT_EQ(place.port, 4001) << "torchrun itself listens at 4000";
  EXPECT_EQ(place.restarts, 2);
}

TEST_F(PlaceOfRank, IsReadFromSrunInAStepAlone) {
  set("SLURM_PROCID", "2");
  set("SLURM_NTASKS", "6");
  EXPECT_EQ(training::place_from_environment().ranks, 1) << "the batch script";
  set("SLURM_STEP_NUM_TASKS", "6");
  set("SLURM_STEP_ID", "0");
  set("SLURM_JOB_ID", "17");
  set("SLURM_LOCALID", "0");
  set("SLURM_STEP_TASKS_PER_NODE", "2(x3)");
  const auto place = training::place_from_environment();
  EXPECT_EQ(place.rank, 2);
  EXPECT_EQ(place.ranks, 6);
  EXPECT_EQ(place.local_ranks, 2);
  EXPECT_EQ(place.job, "17.0.0");
  EXPECT_EQ(place.master, "");
}

TEST_F(PlaceOfRank, IsReadFromMpirun) {
  set("OMPI_COMM_WORLD_RANK", "1");
  set("OMPI_COMM_WORLD_SIZE", "2");
  set("OMPI_COMM_WORLD_LOCAL_RANK", "1");
  set("OMPI_COMM_WORLD_LOCAL_SIZE", "2");
  set("PMIX_NAMESPACE", "123/4 5");
  const auto place = training::place_from_environment();
  EXPECT_EQ(place.rank, 1);
  EXPECT_EQ(place.ranks, 2);
  EXPECT_EQ(place.job, "123_4_5");
}

TEST_F(PlaceOfRank, WhatMakesNoSenseIsRefusedByName) {
  const auto refused = [](const char* why) {
    try {
      training::place_from_environment();
      ADD_FAILURE() << "not refused: " << why;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kSettings);
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    }
  };
  set("WORLD_SIZE", "2");
  refused("RANK is not set");
  set("RANK", "2");
  refused("RANK must be 0 to 1");
  set("RANK", "one");
  refused("RANK must be a whole number, is \"one\"");
}

TEST_F(SlowRanksRun, MpirunsProcessesMeetByAFileInTheRunFolder) {
  // What mpirun sets, and no MASTER_ADDR.
  const std::string log = scratch_.file("log");
  std::vector<std::unique_ptr<GanTrain>> all;
  setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
  setenv("OMPI_COMM_WORLD_LOCAL_SIZE", "2", 1);
  setenv("PMIX_NAMESPACE", "job-1", 1);
  for (const char* rank : {"0", "1"}) {
    setenv("OMPI_COMM_WORLD_RANK", rank, 1);
    all.push_back(std::make_unique<GanTrain>(command("a"), log + rank));
  }
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE",
                           "OMPI_COMM_WORLD_RANK", "PMIX_NAMESPACE"})
    unsetenv(name);
  for (auto& one : all) EXPECT_EQ(one->wait(), 0) << slurp(log + "0") << slurp(log + "1");
  run_all(2, "b");
  expect_equal_weights(latest("a"), latest("b"));
  for (const auto& entry : std::filesystem::directory_iterator(scratch_.file("a")))
    EXPECT_FALSE(entry.path().filename().string().starts_with("rendezvous-")) << entry.path();
}

}  // namespace
}  // namespace gan::test
