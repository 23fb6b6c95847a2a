// SPDX-License-Identifier: LGPL-2.1-or-later
// A run's habits: configuration files, dry runs, numbered folders, time limits, bad data.
#include <unistd.h>

#include "models/machine/device.h"
#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

class Habits : public testing::Test {
 protected:
  void SetUp() override {
    make_pictures(scratch_.file("data"), 4);
    std::filesystem::create_directories(scratch_.file("here"));
    old_folder_ = std::filesystem::current_path();
    std::filesystem::current_path(scratch_.file("here"));
  }
  void TearDown() override { std::filesystem::current_path(old_folder_); }

  Finished run(std::vector<std::string> more) {
    auto arguments = words("compact", {"features=4", "convs=0", "batch=1", "patch=8", "holdout=1",
                                       "validate_every=5", "save_every=5", "steps=5"});
    for (auto& word : more) arguments.push_back(std::move(word));
    return gan_train(scratch_, std::move(arguments));
  }
  Finished dry_run(const char* recipe, const std::vector<const char*>& settings) {
    auto arguments = words(recipe, settings);
    arguments.emplace_back("--dry-run");
    return gan_train(scratch_, std::move(arguments));
  }
  std::vector<std::string> words(const char* recipe, const std::vector<const char*>& settings) {
    std::vector<std::string> arguments = {"run",       recipe, "--data", scratch_.file("data"),
                                          "--threads", "1"};
    for (const char* set : settings) {
      arguments.emplace_back("--set");
      arguments.emplace_back(set);
    }
    return arguments;
  }
  Scratch scratch_;
  std::filesystem::path old_folder_;
};

TEST_F(Habits, WithoutOutRunsAreNumberedAndLatestPointsToTheNewest) {
  ASSERT_EQ(run({}).status, 0);
  ASSERT_EQ(run({}).status, 0);
  EXPECT_TRUE(std::filesystem::exists("runs/00001-compact/checkpoints/latest.safetensors"));
  EXPECT_EQ(std::filesystem::read_symlink("runs/latest"), "00002-compact");
  const Finished resumed = run({"--resume", "--steps", "8"});
  EXPECT_EQ(resumed.status, 0) << resumed.output;
  EXPECT_TRUE(std::filesystem::exists("runs/00002-compact/checkpoints/step-8.state"));
}

TEST_F(Habits, ARunLeavesCurvesEventsSamplesAndAReport) {
  ASSERT_EQ(run({"--out", "a"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists("a/samples/step-0.png")) << "the look before the first step";
  EXPECT_TRUE(std::filesystem::exists("a/samples/step-5.png"));
  const std::string report = slurp("a/report.html");
  for (const char* part :
       {"val_psnr_y", "loss", "samples/step-5.png", "gan-train run compact", "option patch"})
    EXPECT_NE(report.find(part), std::string::npos) << part;
  int events = 0;
  for (const auto& entry : std::filesystem::directory_iterator("a"))
    events += entry.path().filename().string().starts_with("events.out.tfevents.");
  EXPECT_EQ(events, 1);
}

TEST_F(Habits, ADryRunTellsAndWritesNothing) {
  const Finished dry = run({"--dry-run"});
  EXPECT_EQ(dry.status, 0) << dry.output;
  for (const char* part : {"[options]", "patch=8", "MiB of host memory", "# network g: compact"})
    EXPECT_NE(dry.output.find(part), std::string::npos) << part;
  EXPECT_TRUE(std::filesystem::is_empty("."));
}

TEST_F(Habits, AConfigurationReproducesTheRun) {
  const Finished dumped = run({"--out", "a", "--dump-config"});
  ASSERT_EQ(dumped.status, 0) << dumped.output;
  scratch_.write("run.conf", dumped.output);
  ASSERT_EQ(gan_train(scratch_, {"run", "--config", scratch_.file("run.conf")}).status, 0);
  ASSERT_EQ(run({"--out", "b"}).status, 0);
  expect_equal_weights("a/checkpoints/latest.safetensors", "b/checkpoints/latest.safetensors");
  // A checkpoint remembers its configuration too.
  ASSERT_EQ(gan_train(scratch_, {"run", "--config", "a/checkpoints/latest.safetensors", "--threads",
                                 "1", "--out", "c"})
                .status,
            0);
  expect_equal_weights("a/checkpoints/latest.safetensors", "c/checkpoints/latest.safetensors");
}

TEST_F(Habits, AMistakeInAConfigurationNamesTheNearestKey) {
  const auto refused = [&](const std::string& text, const char* why) {
    scratch_.write("run.conf", text);
    const Finished done = gan_train(scratch_, {"run", "--config", scratch_.file("run.conf")});
    EXPECT_EQ(done.status, 2);
    EXPECT_NE(done.output.find(why), std::string::npos) << done.output;
  };
  refused("[run]\nrecipe=compact\ndata=x\n[options]\nfaetures=3\n", "did you mean \"features\"");
  refused("[run]\nrecipe=compact\ndta=x\n", "did you mean \"data\"");
  refused("[runn]\nrecipe=compact\n", "[run] and [options]");
  refused("no key file", "run.conf");
  EXPECT_EQ(gan_train(scratch_, {"run", "--config", "none.conf"}).status, 1);
}

TEST_F(Habits, TheCommandLineWinsAlsoWithADefault) {
  const Finished dumped =
      run({"--precision", "bf16", "--minutes", "5", "--device", "cuda", "--dump-config"});
  scratch_.write("run.conf", dumped.output);
  const auto line = [&](std::vector<std::string> more, const char* wanted) {
    std::vector<std::string> words = {"run", "--config", scratch_.file("run.conf"),
                                      "--dump-config"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished done = gan_train(scratch_, words);
    EXPECT_NE(done.output.find(wanted), std::string::npos) << done.output;
  };
  line({}, "precision=bf16\n");
  line({}, "threads=1\n");
  line({"--precision", "auto"}, "precision=auto\n");
  line({"--threads", "0"}, "threads=0\n");
  line({"--minutes", "0"}, "minutes=0\n");
  line({"--device", "auto"}, "device=auto\n");
}

TEST_F(Habits, ACheckpointRemembersPrecisionAndThreads) {
  const std::string precision = cpu_computes_bf16() ? "bf16" : "fp32";  // either differs from auto
  ASSERT_EQ(run({"--out", "a", "--precision", precision}).status, 0);
  const Finished dumped =
      gan_train(scratch_, {"run", "--config", "a/checkpoints/latest.safetensors", "--dump-config"});
  for (const auto& part : {"precision=" + precision + "\n", std::string("threads=1\n")})
    EXPECT_NE(dumped.output.find(part), std::string::npos) << dumped.output;
}

TEST_F(Habits, NumbersOutsideTheirRangeAreRefused) {
  for (const auto& [key, value, allowed] : {std::tuple("--steps", "0", "1"),
                                            {"--steps", "-5", "1"},
                                            {"--minutes", "-1", "0"},
                                            {"--threads", "-3", "1024"},
                                            {"--threads", "two", "threads"},
                                            {"--precision", "fp16", "bf16"}}) {
    const Finished done = run({"--out", "a", key, value});
    EXPECT_EQ(done.status, 2) << key << " " << done.output;
    for (const char* part : {key + 2, value, allowed})
      EXPECT_NE(done.output.find(part), std::string::npos) << part << ": " << done.output;
  }
  EXPECT_FALSE(std::filesystem::exists("a"));
}

TEST_F(Habits, ADryRunMeasuresEachStage) {
  const Finished dry =
      dry_run("esrgan", {"features=4", "blocks=1", "growth=2", "d_features=4", "patch=8", "scale=2",
                         "batch=1", "vgg=none", "pretrain_steps=50"});
  EXPECT_EQ(dry.status, 0) << dry.output;
  for (const char* part :
       {"# a warm step: ", "# a warm step from step 51 on: ", "first look after", "folder up to"})
    EXPECT_NE(dry.output.find(part), std::string::npos) << part << "\n" << dry.output;
}

TEST_F(Habits, ASmallFolderIsNotHeldOutWhole) {
  std::vector<const char*> settings = {"features=4", "d_features=4", "side=16", "batch=2",
                                       "judge_pictures=16"};
  const Finished usual = dry_run("dcgan", settings);
  EXPECT_NE(usual.output.find("# samples an epoch: 3\n"), std::string::npos) << usual.output;
  EXPECT_NE(usual.output.find("1 of 4 pictures is held out"), std::string::npos) << usual.output;
  settings.push_back("holdout=500");
  const Finished given = dry_run("dcgan", settings);
  EXPECT_EQ(given.status, 2) << given.output;
  EXPECT_NE(given.output.find("it may be 1 to 3"), std::string::npos) << given.output;
}

TEST_F(Habits, NoiseAndJpegReachTheValidationOrAreRefused) {
  const auto psnr = [&](const std::string& out, std::vector<std::string> more) {
    for (const char* word : {"--out", out.c_str(), "--set", "lr=0"}) more.push_back(word);
    EXPECT_EQ(run(more).status, 0);
    return column(slurp(out + "/metrics.csv"), "val_psnr_y").back();
  };
  const double clean = psnr("a", {}), noisy = psnr("b", {"--set", "noise_sigma=40"});
  EXPECT_LT(noisy, clean - 1);
  EXPECT_LT(psnr("c", {"--set", "jpeg_quality=3"}), clean - 0.1);
  EXPECT_EQ(psnr("d", {"--set", "noise_sigma=40"}), noisy);
  const Finished refused =
      run({"--out", "e", "--set", "degradation=phone", "--set", "noise_sigma=5"});
  EXPECT_EQ(refused.status, 2) << refused.output;
  EXPECT_NE(refused.output.find("noise_sigma"), std::string::npos) << refused.output;
}

TEST_F(Habits, ATimeLimitSavesAndEnds) {
  const Finished done = run({"--out", "a", "--steps", "1000000", "--minutes", "0.02"});
  EXPECT_EQ(done.status, 0);
  EXPECT_NE(done.output.find("time is up"), std::string::npos) << done.output;
  EXPECT_TRUE(std::filesystem::exists("a/checkpoints/latest.safetensors"));
}

TEST_F(Habits, ABrokenPictureIsNamedAndLeftOut) {
  scratch_.write("data/broken.png", "no picture");
  const Finished done = run({"--out", "a"});
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_NE(done.output.find("1 of 5 files are left out"), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("broken.png"), std::string::npos);
}

TEST_F(Habits, SmallPicturesAreAllNamedBeforeTheFirstStep) {
  make_pictures(scratch_.file("small"), 12, {12, 12});
  const Finished done = run({"--data", scratch_.file("small"), "--out", "a"});
  EXPECT_EQ(done.status, 3);
  EXPECT_NE(done.output.find("12 of 12 pictures are smaller than the 16x16"), std::string::npos)
      << done.output;
  EXPECT_NE(done.output.find("and 2 more"), std::string::npos);
}

TEST_F(Habits, WrongIdxFilesAreRefusedByName) {
  const std::string folder = scratch_.file("idx");
  std::filesystem::create_directories(folder);
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
    std::ofstream(folder + "/" + name) << "wrong magic and more";
  const Finished done = gan_train(scratch_, {"run", "cgan", "--data", folder, "--out", "a"});
  EXPECT_EQ(done.status, 3);
  EXPECT_NE(done.output.find("train-images-idx3-ubyte: magic number"), std::string::npos)
      << done.output;
}

TEST_F(Habits, VggWeightsAreAskedForByName) {
  for (const auto& [recipe, file] : {std::pair("esrgan", "vgg19-dcbb9e9d.pth"),
                                     {"realesrgan", "vgg19-dcbb9e9d.pth"},
                                     {"unet-perceptual", "vgg16-397923af.pth"}}) {
    const Finished done = gan_train(
        scratch_, {"run", recipe, "--data", scratch_.file("data"), "--out", scratch_.file("a")});
    EXPECT_EQ(done.status, 1) << recipe;
    EXPECT_NE(done.output.find(file), std::string::npos) << done.output;
    for (const char* way : {"--set vgg=FILE", "vgg=none", "perceptual=mobilenet"})
      EXPECT_NE(done.output.find(way), std::string::npos) << done.output;
    EXPECT_FALSE(std::filesystem::exists(scratch_.file("a")));
  }
}

TEST_F(Habits, ALauncherThatSaysHalfIsRefused) {
  setenv("WORLD_SIZE", "2", 1);
  const Finished done = run({"--out", "a"});
  unsetenv("WORLD_SIZE");
  EXPECT_EQ(done.status, 2);
  EXPECT_NE(done.output.find("WORLD_SIZE is 2, but RANK is not set"), std::string::npos)
      << done.output;
}

}  // namespace
}  // namespace gan::test
