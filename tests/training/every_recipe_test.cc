// SPDX-License-Identifier: LGPL-2.1-or-later
// What every recipe must do, on small data: the same command gives the same result, a killed run
// goes on bit for bit. GAN_KILLS says how often each is killed at random (1).
#include <poll.h>
#include <sys/inotify.h>

#include <algorithm>
#include <random>
#include <thread>

#include "models/checkpoint.h"
#include "models/enhancer/enhancer.h"
#include "models/machine/device.h"
#include "models/table.h"
#include "models/walker/latent_walker.h"
#include "tests/training/event_records.h"
#include "tests/training/gan_train.h"
#include "tests/training/idx_data.h"
#include "training/recipes/recipe.h"

namespace gan::test {
namespace {

struct RecipeCase {
  const char* recipe;
  bool idx;  // data: IDX files, else pictures
  std::vector<const char*> settings;
};

// Sized so that the whole run takes about a second.
const std::vector<RecipeCase>& cases() {
  static const std::vector<RecipeCase> all = {
      {"augcyclegan",
       false,
       {"features=4", "e_features=4", "d_features=4", "latent=2", "crop=16", "batch=2", "rounds=1",
        "simulate=phone", "holdout=1"}},
      {"autoencoder", false, {"features=4", "patch=8", "batch=2", "holdout=1"}},
      {"cgan",
       true,
       {"features=8", "d_features=8", "latent=8", "batch=8", "judge_steps=10",
        "judge_pictures=20"}},
      {"compact", false, {"features=8", "convs=1", "batch=2", "patch=8", "holdout=1"}},
      {"cyclegan",
       false,
       {"features=4", "blocks=1", "d_features=4", "d_layers=1", "load=0", "crop=16", "pool=2",
        "simulate=phone", "holdout=1"}},
      {"dcgan",
       false,
       {"features=4", "d_features=4", "side=16", "latent=8", "batch=4", "holdout=1",
        "judge_pictures=16"}},
      {"esrgan",
       false,
       {"features=8", "blocks=1", "growth=4", "d_features=4", "patch=4", "scale=2", "batch=2",
        "pretrain_steps=20", "vgg=none", "holdout=1"}},
      {"pix2pix",
       false,
       {"features=4", "levels=5", "d_features=4", "d_layers=1", "load=0", "crop=32",
        "simulate=phone", "holdout=1"}},
      {"realesrgan",
       false,
       {"features=8", "blocks=1", "growth=4", "d_features=4", "patch=8", "scale=2", "batch=2",
        "pretrain_steps=20", "vgg=none", "holdout=1"}},
      {"unet",
       false,
       {"network=sr_unet", "levels=2", "features=4", "patch=32", "batch=2", "holdout=1"}},
      {"unet-gan",
       false,
       {"features=8", "blocks=1-1-1-1", "critic_features=4", "critic_blocks=1", "patch=32",
        "batch=2", "pretrain_steps=5", "critic_steps=5", "holdout=1"}},
      {"unet-perceptual",
       false,
       {"network=sr_unet", "levels=2", "features=4", "patch=32", "batch=2", "vgg=none",
        "holdout=1"}},
      {"vae", false, {"hidden=4-4-4", "latent=4", "batch=4", "holdout=1", "judge_pictures=16"}},
      {"wespe",
       false,
       {"features=4", "f_features=4", "d_features=4", "crop=32", "batch=2", "simulate=phone",
        "holdout=1"}},
  };
  return all;
}

class EveryRecipe : public RunTest<testing::TestWithParam<RecipeCase>> {
 protected:
  const char* recipe() const override { return GetParam().recipe; }
  std::vector<const char*> settings() const override { return GetParam().settings; }
  void SetUp() override {
    if (GetParam().idx)
      make_idx(scratch_.file("data"));
    else
      make_pictures(scratch_.file("data"), 5);
  }
  bool half_written(const std::string& out) const {
    const std::string folder = scratch_.file(out + "/checkpoints");
    if (!std::filesystem::exists(folder)) return false;
    return std::ranges::any_of(std::filesystem::directory_iterator(folder), [](const auto& entry) {
      return entry.path().extension() == ".tmp";
    });
  }
  void resume_and_compare(const std::string& out) {
    RunTest::resume_and_compare(out);
    EXPECT_EQ(timeless_events(scratch_.file("reference")), timeless_events(scratch_.file(out)));
    EXPECT_FALSE(half_written(out));
  }
};

TEST_P(EveryRecipe, TheSameCommandGivesTheSameResultWithAnyNumberOfLoaders) {
  run_whole("reference");
  run_whole("again");
  run_whole("loaders", {"--set", "workers=4"});
  for (const char* other : {"again", "loaders"}) {
    expect_equal_weights(latest("reference"), latest(other));
    EXPECT_EQ(metrics("reference"), metrics(other));
  }
  run_whole("seed", {"--set", "seed=1"});
  EXPECT_NE(metrics("reference"), metrics("seed"));
}

TEST_P(EveryRecipe, AFrozenNetworkKeepsItsWeightsAndStatistics) {
  run_whole("a", {"--set", "freeze=g", "--set", "ema=0", "--steps", "1"});
  run_whole("b", {"--set", "freeze=g", "--set", "ema=0", "--steps", "30"});
  const TensorFile a = open_tensor_file(latest("a")), b = open_tensor_file(latest("b"));
  for (const auto& entry : a.tensors) {
    std::vector<std::byte> x(static_cast<size_t>(entry.extent()) * item_size(entry.dtype)),
        y(x.size());
    a.read(entry, x);
    b.read(*b.find(entry.name), y);
    EXPECT_TRUE(x == y) << entry.name;
  }
}

TEST_P(EveryRecipe, AnElementLoadsItsCheckpoint) {
  run_whole("a", {"--steps", "1"});
  const LoadedNetwork loaded = load_network(open_tensor_file(latest("a")));
  const Task task = find_network(loaded.name).task;
  if (task == Task::kImage || task == Task::kImageLatent) {
    const auto enhancer = make_enhancer({.model = latest("a"), .device = "cpu"});
    const int side = 32, scale = enhancer->info().scale;
    const FrameFormat in{PixelFormat::kRGB, {side, side}, {}},
        out{PixelFormat::kRGB, {side * scale, side * scale}, {}};
    enhancer->set_formats(in, out);
  } else {
    const auto walker = make_walker({.model = latest("a"), .device = "cpu"});
    walker->set_format({PixelFormat::kRGB, walker->info().size, {}}, 1, 1);
  }
}

TEST_P(EveryRecipe, AccumulatedBatchesRun) {
  run_whole("a", {"--set", "accumulate=3", "--set", "clip=1", "--steps", "5"});
}

TEST_P(EveryRecipe, Bf16RunsWhereTheProcessorHasItAndIsElseRefusedByName) {
  if (cpu_computes_bf16()) return run_whole("b", {"--precision", "bf16", "--steps", "5"});
  const Finished done = gan_train(scratch_, command("b", {"--precision", "bf16"}));
  EXPECT_EQ(done.status, 2) << done.output;
  EXPECT_NE(done.output.find("precision bf16 is not for this processor"), std::string::npos)
      << done.output;
}

TEST_P(EveryRecipe, KilledAtRandomMomentsItResumesBitForBit) {
  using std::chrono::steady_clock, std::chrono::microseconds;
  // Until the first row of metrics.csv, or the end.
  const auto begins = [this](GanTrain& run, const std::string& out) {
    while (run.running() && metrics(out).empty()) std::this_thread::sleep_for(microseconds(200));
    return steady_clock::now();
  };
  GanTrain reference(command("reference"), scratch_.file("log"));
  const auto begin = begins(reference, "reference");
  ASSERT_EQ(reference.wait(), 0) << slurp(scratch_.file("log"));
  const auto length = std::chrono::duration_cast<microseconds>(steady_clock::now() - begin);
  const char* const wanted = std::getenv("GAN_KILLS");
  const int kills = wanted ? std::atoi(wanted) : 1;
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int amid = 0;  // kills between the first step and the last
  for (int i = 0; amid < kills && i < 20 * kills; ++i) {
    const std::string out = "random" + std::to_string(i);
    int status = 0;
    {
      GanTrain run(command(out), scratch_.file("log"));
      begins(run, out);
      std::this_thread::sleep_for(microseconds(random() % length.count()));
      run.signal(SIGKILL);
      status = run.wait();
    }
    amid += status == 128 + SIGKILL;
    resume_and_compare(out);
  }
  EXPECT_EQ(amid, kills) << "too few kills fell inside a run";
}

TEST_P(EveryRecipe, KilledInsideACheckpointWriteItResumesBitForBit) {
  const char* const wanted = std::getenv("GAN_KILLS");
  const int kills = wanted ? 5 : 1;
  run_whole("reference");
  int inside = 0;
  for (int i = 0; inside < kills && i < 40; ++i) {
    const std::string out = "write" + std::to_string(i),
                      folder = scratch_.file(out + "/checkpoints");
    std::filesystem::create_directories(folder);
    const int watch = inotify_init1(IN_CLOEXEC);
    inotify_add_watch(watch, folder.c_str(), IN_CREATE);
    {
      GanTrain run(command(out), scratch_.file("log"));
      // The first file made in the folder is the temporary of a checkpoint; later ones for later i.
      for (int seen = 0; seen <= i % 5; ++seen) {
        alignas(inotify_event) char event[4096];
        pollfd made{watch, POLLIN, 0};
        while (poll(&made, 1, 100) == 0 && run.running())
          ;
        if (!made.revents || read(watch, event, sizeof event) <= 0) break;
      }
      run.signal(SIGKILL);
      run.wait();
    }
    close(watch);
    inside += half_written(out);
    resume_and_compare(out);
  }
  EXPECT_GE(inside, kills) << "too few kills fell inside a write";
}

TEST(Recipes, EachIsTestedHere) {
  for (const auto& recipe : training::recipe_table())
    EXPECT_TRUE(std::ranges::count(cases(), recipe.name, &RecipeCase::recipe)) << recipe.name;
}

INSTANTIATE_TEST_SUITE_P(Recipes, EveryRecipe, testing::ValuesIn(cases()), [](const auto& recipe) {
  std::string name = recipe.param.recipe;
  std::ranges::replace(name, '-', '_');  // GoogleTest's rule
  return name;
});

}  // namespace
}  // namespace gan::test
