// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-train run as its users meet it: results, resume, signals, errors.
#include <algorithm>
#include <sstream>
#include <thread>

#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

class Run : public RunTest<testing::Test> {
 protected:
  const char* recipe() const override { return "compact"; }
  std::vector<const char*> settings() const override {
    return {"features=8", "convs=1",  "batch=2",        "patch=8",
            "holdout=1",  "lr=0.001", "schedule=cosine"};
  }
  void SetUp() override { make_pictures(scratch_.file("data"), 5); }
};

TEST_F(Run, WritesWhatItSays) {
  run_whole("a");
  for (const char* file :
       {"checkpoints/latest.safetensors", "checkpoints/best.safetensors",
        "checkpoints/step-40.state", "samples/step-40.png", "metrics.csv", "log.txt"})
    EXPECT_TRUE(std::filesystem::exists(scratch_.file("a/") + file)) << file;
  const Finished show = gan_train(scratch_, {"show", latest("a")});
  EXPECT_EQ(show.status, 0);
  EXPECT_NE(show.output.find("gan.recipe = compact"), std::string::npos) << show.output;
  const Finished eval = gan_train(scratch_, {"eval", latest("a"), "--data", scratch_.file("data")});
  EXPECT_EQ(eval.status, 0) << eval.output;
  EXPECT_NE(eval.output.find("bicubic"), std::string::npos);
}

TEST_F(Run, AnInterruptSavesAndExits) {
  const std::vector<std::string> never = {"--set", "validate_every=0"};
  run_whole("reference", never);
  GanTrain run(command("a", never), scratch_.file("log"));
  const std::string state = scratch_.file("a/checkpoints/step-7.state");
  while (run.running() && !std::filesystem::exists(state))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  run.signal(SIGINT);
  EXPECT_EQ(run.wait(), 130) << slurp(scratch_.file("log"));
  EXPECT_NE(slurp(scratch_.file("log")).find("--resume --out " + scratch_.file("a")),
            std::string::npos);
  // What the message says is enough.
  const Finished resumed = gan_train(scratch_, {"run", "--resume", "--out", scratch_.file("a")});
  ASSERT_EQ(resumed.status, 0) << resumed.output;
  expect_equal_weights(latest("reference"), latest("a"));
  EXPECT_EQ(metrics("reference"), metrics("a"));
}

TEST_F(Run, WhatEndsARunEndsWithAValidationASampleAndAReport) {
  GanTrain run(command("a", {"--steps", "100000", "--set", "validate_every=100000"}),
               scratch_.file("log"));
  while (run.running() && metrics("a").find("\n5,") == std::string::npos)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  run.signal(SIGINT);
  EXPECT_EQ(run.wait(), 130);
  run_whole("b", {"--steps", "100000", "--set", "validate_every=100000", "--minutes", "0.01"});
  for (const char* out : {"a", "b"}) {
    EXPECT_EQ(column(metrics(out), "val_psnr_y").size(), 2u) << metrics(out);
    const std::string folder = scratch_.file(out);
    for (const char* file : {"/report.html", "/checkpoints/best.safetensors"})
      EXPECT_TRUE(std::filesystem::exists(folder + file)) << file;
    int samples = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/samples"))
      samples += entry.path().extension() == ".png";
    EXPECT_EQ(samples, 2);
    const std::string best =
        open_tensor_file(folder + "/checkpoints/best.safetensors").metadata.at("gan.step");
    EXPECT_EQ(best, open_tensor_file(latest(out)).metadata.at("gan.step"));
  }
}

// Rows and columns of looks left out.
std::string without_looks(const std::string& table) {
  std::istringstream rows(table);
  std::string line, kept;
  std::vector<bool> wanted;
  while (std::getline(rows, line)) {
    std::istringstream cells(line);
    std::string row, cell;
    bool says = false;
    for (size_t i = 0; std::getline(cells, cell, ','); ++i) {
      if (kept.empty() && wanted.size() <= i) wanted.push_back(!cell.starts_with("look_"));
      if (!wanted[i]) continue;
      row += cell + ",";
      says |= i > 0 && !cell.empty();
    }
    if (says) kept += row.erase(row.find_last_not_of(',') + 1) + "\n";
  }
  return kept;
}

TEST_F(Run, LooksComeByTheClockAndChangeNothingElse) {
  run_whole("none");
  run_whole("often", {"--set", "look=0.001"});
  run_whole("seldom", {"--set", "look=0.05"});
  EXPECT_GE(column(metrics("often"), "look_psnr_y").size(), 3u) << metrics("often");
  EXPECT_EQ(column(metrics("often"), "look_psnr_y").size(),
            column(metrics("often"), "look_psnr_y_plain").size());
  EXPECT_EQ(metrics("none").find("look_"), std::string::npos);
  for (const char* other : {"often", "seldom"}) {
    expect_equal_weights(latest("none"), latest(other));
    EXPECT_EQ(without_looks(metrics("none")), without_looks(metrics(other)));
  }
}

TEST_F(Run, ResumingUnderOtherCircumstancesSaysSo) {
  run_whole("a", {"--steps", "20"});
  const Finished resumed = gan_train(scratch_, command("a", {"--resume", "--threads", "2"}));
  EXPECT_EQ(resumed.status, 0);
  EXPECT_NE(resumed.output.find("not bit for bit"), std::string::npos) << resumed.output;
}

TEST_F(Run, RefusesToMixRuns) {
  run_whole("a");
  EXPECT_EQ(gan_train(scratch_, command("a")).status, 2);
  const Finished other = gan_train(scratch_, command("a", {"--resume", "--set", "lr=0.5"}));
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.output.find("lr=0.001"), std::string::npos) << other.output;
}

TEST_F(Run, ResumeFromWeightsAloneSaysWhatToDo) {
  run_whole("a");
  std::filesystem::create_directories(scratch_.file("b/checkpoints"));
  std::filesystem::copy_file(latest("a"), scratch_.file("b/checkpoints/step-40.state"));
  const Finished resumed = gan_train(scratch_, command("b", {"--resume"}));
  EXPECT_EQ(resumed.status, 1);
  EXPECT_NE(resumed.output.find("--set init="), std::string::npos) << resumed.output;
}

TEST_F(Run, StartsFromOtherWeights) {
  run_whole("a");
  run_whole("b", {"--steps", "1", "--set", "lr=0", "--set", "init=" + latest("a")});
  expect_equal_weights(latest("a"), latest("b"));
}

TEST_F(Run, ErrorsHaveTheirExitStatusAndSayWhatIsWrong) {
  std::filesystem::create_directories(scratch_.file("empty"));
  make_pictures(scratch_.file("small"), 2, {12, 12});
  scratch_.write("broken.png", "no picture");
  struct Case {
    std::vector<std::string> arguments;
    int status;
    std::string said;
  };
  const std::string none = scratch_.file("none"), empty = scratch_.file("empty"),
                    broken = scratch_.file("broken.png");
  const Case cases[] = {
      {{"run"}, 2, "run wants a recipe"},
      {{"run", "compakt", "--data", "x", "--out", "y"}, 2, "did you mean \"compact\""},
      {command("a", {"--set", "featrues=8"}), 2, "did you mean \"features\""},
      {command("a", {"--set", "batch=0"}), 2, "batch must be"},
      {command("a", {"--device", "tpu"}), 2, "got \"tpu\""},
      {command("a", {"--data", none}), 3, none + ": no such folder"},
      {command("a", {"--data", empty}), 3, empty + ": holds no pictures"},
      {command("a", {"--data", scratch_.file("small")}), 3, scratch_.file("small") + "/0.png"},
      {command("a", {"--data", broken}), 3, broken + ": is neither"},
      {{"show", none}, 1, none},
      {{"show", broken}, 1, broken},
      {{"eval", "x2", "--data", none}, 3, none + ": no such folder"},
      {{"eval", "x2", "--data", empty}, 3, empty + ": holds no pictures"}};
  for (const auto& one : cases) {
    const Finished done = gan_train(scratch_, one.arguments);
    EXPECT_EQ(done.status, one.status) << done.output;
    EXPECT_TRUE(done.output.starts_with("gan-train: ")) << done.output;
    EXPECT_NE(done.output.find(one.said), std::string::npos) << one.said << "\n" << done.output;
    // One line, but for the list of files that belongs to it.
    for (size_t end = done.output.find('\n'); end + 1 < done.output.size();
         end = done.output.find('\n', end + 1))
      EXPECT_EQ(done.output.substr(end + 1, 2), "  ") << done.output;
  }
  const Finished unknown = gan_train(scratch_, {"fly"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_TRUE(unknown.output.starts_with("gan-train: unknown command \"fly\"\n")) << unknown.output;
}

TEST_F(Run, TrainingImprovesAndDoesNotWithoutALearningRate) {
  const auto gain = [&](const std::string& out, const char* lr) {
    run_whole(out, {"--steps", "400", "--set", std::string("lr=") + lr, "--set", "ema=0", "--set",
                    "validate_every=400", "--set", "save_every=400"});
    return column(metrics(out), "val_psnr_y").back();
  };
  const double trained = gain("a", "0.003"), untrained = gain("b", "0");
  std::printf("held-out PSNR-Y crop=2 range=255: %.2f dB trained, %.2f dB with learning rate 0\n",
              trained, untrained);
  EXPECT_GT(trained, untrained + 3);
}

}  // namespace
}  // namespace gan::test
