// SPDX-License-Identifier: LGPL-2.1-or-later
// Two and four processes train as one does: the same losses and gradients from equal weights, the
// same weights after plain steps. All recipes are in the suite slow.
#include <filesystem>

#include "models/checkpoint.h"
#include "tests/training/idx_data.h"
#include "tests/training/processes.h"
#include "training/recipes/recipe.h"
#include "training/run/ranks.h"

namespace gan::test {
namespace {

struct StepCase {
  const char* recipe;
  std::vector<std::string> settings;
  bool idx = false;  // data: IDX files, else pictures
};

void PrintTo(const StepCase& of, std::ostream* stream) { *stream << of.recipe; }

const std::vector<StepCase>& step_cases() {
  static const std::vector<StepCase> all = {
      {"augcyclegan",
       {"features=4", "e_features=4", "d_features=4", "latent=2", "crop=16", "rounds=1",
        "path_every=2", "path_weight=0.5", "e_norm=batch", "mode_seeking_weight=1",
        "simulate=phone"}},
      {"augcyclegan",
       {"features=4", "e_features=4", "d_features=4", "latent=2", "crop=16", "rounds=1",
        "path=stylegan2", "path_every=2", "path_weight=0.5", "sides=one", "style=cin",
        "mode_seeking=detail", "mode_seeking_weight=1", "simulate=phone"}},
      {"autoencoder", {"features=4", "patch=8"}},
      {"autoencoder", {"network=vae_sr", "features=4", "patch=16", "loss=mse+0.1*psnr"}},
      {"cgan",
       {"features=8", "d_features=8", "latent=8", "judge_steps=2", "judge_pictures=20"},
       true},
      {"compact", {"features=8", "convs=1", "patch=8", "accumulate=2"}},
      {"cyclegan",
       {"features=4", "blocks=1", "d_features=4", "d_layers=1", "load=0", "crop=16", "pool=6",
        "norm=batch", "simulate=phone"}},
      {"dcgan", {"features=4", "d_features=4", "side=16", "latent=8", "judge_pictures=16"}},
      {"dcgan",
       {"features=4", "d_features=4", "side=16", "latent=8", "judge_pictures=16", "gan=wgan",
        "r1=1"}},
      {"esrgan",
       {"features=8", "blocks=1", "growth=4", "d_features=4", "patch=4", "scale=2",
        "pretrain_steps=5", "vgg=none"}},
      {"pix2pix",
       {"features=4", "levels=5", "d_features=4", "d_layers=1", "load=0", "crop=32",
        "simulate=phone"}},
      {"realesrgan",
       {"features=8", "blocks=1", "growth=4", "d_features=4", "patch=8", "scale=2",
        "pretrain_steps=5", "vgg=none"}},
      {"unet", {"features=4", "blocks=1-1-1-1", "patch=32"}},
      {"unet-gan",
       {"features=8", "blocks=1-1-1-1", "critic_features=4", "critic_blocks=1", "patch=32",
        "pretrain_steps=5", "critic_steps=5"}},
      {"unet-perceptual", {"network=sr_unet", "levels=2", "features=4", "patch=32", "vgg=none"}},
      {"vae", {"hidden=4-4-4", "latent=4", "judge_pictures=16", "capacity=2"}},
      {"wespe", {"features=4", "f_features=4", "d_features=4", "crop=32", "simulate=phone"}},
  };
  return all;
}

torch::Tensor tensor(const TensorFile& file, const TensorEntry& entry) {
  return read_tensor(file, entry).to(torch::kDouble).flatten();
}

class StepsOfProcesses : public testing::TestWithParam<StepCase> {
 protected:
  void SetUp() override {
    if (!training::ranks_missing().empty()) GTEST_SKIP() << training::ranks_missing();
    if (GetParam().idx)
      make_idx(scratch_.file("data"));
    else
      make_pictures(scratch_.file("data"), 8);
  }
  void run(int count, const std::string& file, const std::vector<std::string>& more) {
    std::vector<std::string> words = {scratch_.file(file),
                                      std::string("recipe=") + GetParam().recipe,
                                      "data=" + scratch_.file("data"), "batch=4"};
    for (const auto* list : {&GetParam().settings, &more})
      words.insert(words.end(), list->begin(), list->end());
    if (!GetParam().idx) words.push_back("holdout=2");
    Processes all(count, "RANK_STEPS", words, scratch_.file("log"));
    const auto statuses = all.wait(300);
    for (int rank = 0; rank < count; ++rank)
      ASSERT_EQ(statuses[static_cast<size_t>(rank)], 0) << all.output(rank);
  }
  TensorFile results(const std::string& file) { return open_tensor_file(scratch_.file(file)); }

  // Every entry of `a` that begins so, beside that of `b`.
  template <class Function>
  void each(const TensorFile& a, const TensorFile& b, const std::string& begin, Function function) {
    ASSERT_EQ(a.tensors.size(), b.tensors.size());
    int count = 0;
    for (const auto& entry : a.tensors) {
      if (!entry.name.starts_with(begin)) continue;
      ASSERT_TRUE(b.find(entry.name)) << entry.name;
      function(entry.name, tensor(a, entry), tensor(b, *b.find(entry.name)));
      ++count;
    }
    EXPECT_GT(count, 0) << begin;
  }

  void expect_alike(const TensorFile& one, const TensorFile& many) {
    for (int step = 1; step <= 20; ++step) {
      const std::string log = "step-" + std::to_string(step) + ".log.",
                        gradient = "step-" + std::to_string(step) + ".gradient.";
      each(one, many, log, [&](const std::string& name, const auto& a, const auto& b) {
        if (!name.starts_with(log + "loss") && name != log + "l1") return;
        const double value = a.template item<double>();
        // The path loss is (length - mean)^2 of lengths that fp32 knows to 2^-23, as pictures in
        // [-1, 1]: so near 0 that its own last places are those of the lengths.
        const bool of_lengths = name.ends_with("loss_path");
        const double rounding = of_lengths ? 2 * std::sqrt(value) * 0x1p-23 + 0x1p-46 : 0;
        EXPECT_NEAR(value, b.template item<double>(), 1e-5 * std::abs(value) + rounding) << name;
      });
      std::map<std::string, std::pair<double, double>> squares;  // apart, whole; by optimizer
      each(one, many, gradient, [&](const std::string& name, const auto& a, const auto& b) {
        auto& [apart, whole] = squares[name.substr(0, name.rfind('.'))];
        apart += (a - b).square().sum().template item<double>();
        whole += a.square().sum().template item<double>();
      });
      for (const auto& [name, sums] : squares)
        EXPECT_LE(std::sqrt(sums.first), 1e-4 * std::sqrt(sums.second)) << name;
    }
  }
  void expect_equal_weights_after_plain_steps(const TensorFile& one, const TensorFile& many) {
    std::map<std::string, std::pair<double, double>> squares;  // by network
    each(one, many, "last.", [&](const std::string& name, const auto& a, const auto& b) {
      auto& [apart, whole] = squares[name.substr(0, name.find('.', 5))];
      apart += (a - b).square().sum().template item<double>();
      whole += a.square().sum().template item<double>();
    });
    for (const auto& [name, sums] : squares)
      EXPECT_LE(std::sqrt(sums.first), 1e-5 * std::sqrt(sums.second)) << name;
  }
  Scratch scratch_;
};

class TwoProcesses : public StepsOfProcesses {};
class SlowManyProcesses : public StepsOfProcesses {};  // of the suite slow

TEST_P(TwoProcesses, HaveTheLossesAndGradientsOfOne) {
  const std::vector<std::string> kept = {":weights=" + scratch_.file("weights")};
  run(1, "one", kept);
  run(2, "two", kept);
  expect_alike(results("one"), results("two"));
}
INSTANTIATE_TEST_SUITE_P(, TwoProcesses, testing::Values(step_cases()[7], step_cases()[9]));

TEST_P(SlowManyProcesses, HaveTheLossesAndGradientsOfOne) {
  const std::vector<std::string> kept = {":weights=" + scratch_.file("weights")};
  run(1, "one", kept);
  for (const int count : {2, 4}) {
    SCOPED_TRACE(count);
    run(count, "many", kept);
    expect_alike(results("one"), results("many"));
    run(count, "again", kept);
    EXPECT_TRUE(slurp(scratch_.file("many")) == slurp(scratch_.file("again")));
  }
}

TEST_P(SlowManyProcesses, HaveTheWeightsOfOneAfterPlainSteps) {
  const std::vector<std::string> plain = {":sgd=1"};
  run(1, "one", plain);
  for (const int count : {2, 4}) {
    SCOPED_TRACE(count);
    run(count, "many", plain);
    expect_equal_weights_after_plain_steps(results("one"), results("many"));
  }
}
INSTANTIATE_TEST_SUITE_P(, SlowManyProcesses, testing::ValuesIn(step_cases()));

TEST(Ranks, AllRecipesAreTriedByManyProcesses) {
  for (const auto& entry : training::recipe_table())
    EXPECT_TRUE(std::ranges::any_of(step_cases(), [&](const StepCase& one) {
      return one.recipe == entry.name;
    })) << entry.name;
}

}  // namespace
}  // namespace gan::test
