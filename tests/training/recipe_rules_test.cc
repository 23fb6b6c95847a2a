// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules of single recipes: who learns when, losses against their formulas.
#include <set>

#include "models/generators/dped.h"
#include "tests/training/prepared_recipe.h"
#include "training/losses/perceptual.h"
#include "training/recipes/judgement.h"

namespace gan::training {
namespace {

using test::Finished;
using test::gan_train;
using test::make_pictures;
using test::Scratch;

Finished run(const Scratch& scratch, const char* recipe, const std::vector<std::string>& settings,
             const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {
      "run",       recipe, "--data", scratch.file("data"), "--out", scratch.file("out"),
      "--threads", "1"};
  for (const auto& setting : settings) words.insert(words.end(), {"--set", setting});
  words.insert(words.end(), more.begin(), more.end());
  return gan_train(scratch, words);
}

TEST(UnetGan, CriticAndGeneratorAlternateAtTheDefaultThreshold) {
  const Scratch scratch;
  make_pictures(scratch.file("data"), 4);
  const Finished done =
      run(scratch, "unet-gan",
          {"network=sr_unet", "levels=1", "features=4", "critic_features=16", "critic_blocks=1",
           "critic_dropout=0", "patch=32", "batch=1", "pretrain_steps=1", "critic_steps=0",
           "lr_gan=0.005", "log_every=1", "validate_every=0", "holdout=1", "steps=80"});
  ASSERT_EQ(done.status, 0) << done.output;
  std::istringstream rows(test::slurp(scratch.file("out/metrics.csv")));
  std::string line, header, order;
  std::getline(rows, header);
  const auto word = [](const std::string& row, int place) {
    std::istringstream words(row);
    std::string one;
    for (int i = 0; i <= place; ++i)
      if (!std::getline(words, one, ',')) return std::string();
    return one;
  };
  int of_d = -1, of_g = -1;
  for (int i = 0; !word(header, i).empty(); ++i) {
    if (word(header, i) == "loss_d") of_d = i;
    if (word(header, i) == "loss_g") of_g = i;
  }
  ASSERT_GE(of_d, 0) << header;
  ASSERT_GE(of_g, 0) << header << ": the generator never learned";
  while (std::getline(rows, line))
    order += !word(line, of_d).empty() ? 'd' : !word(line, of_g).empty() ? 'g' : 'p';
  EXPECT_TRUE(order.starts_with("pd")) << order;
  EXPECT_GE(std::ranges::count(order, 'g'), 3) << order;
  EXPECT_EQ(order.find("gg"), std::string::npos) << order;
}

TEST(AugCycleGan, IsSemiSupervisedWhereTheDataHasPairsByDisjointHalves) {
  const Scratch scratch;
  make_pictures(scratch.file("data/A"), 9);
  make_pictures(scratch.file("data/B"), 9);
  const OptionValues values = {{"features", "4"}, {"e_features", "4"}, {"d_features", "4"},
                               {"load", "0"},     {"crop", "32"},      {"holdout", "1"}};
  PreparedRecipe aug("augcyclegan", values, scratch.file("data"));
  std::set<std::string> as_pairs, at_random;
  for (uint64_t draw = 0; draw < 60; ++draw) {
    Random random(draw);
    const Dataset& data = aug.recipe->training_set();
    const Sample sample = data.get(static_cast<int64_t>(draw) % data.size(), random);
    EXPECT_EQ(sample.input.channels, 6);
    // "unpaired A and unpaired B and pair"
    const size_t last = sample.source.rfind(" and ");
    const auto stem = [](const std::string& text) {
      return std::filesystem::path(text).stem().string();
    };
    as_pairs.insert(stem(sample.source.substr(last + 5)));
    const std::string unpaired = sample.source.substr(0, last);
    at_random.insert(stem(unpaired.substr(0, unpaired.find(" and "))));
    at_random.insert(stem(unpaired.substr(unpaired.find(" and ") + 5)));
  }
  EXPECT_EQ(as_pairs.size(), 4u);
  EXPECT_EQ(at_random.size(), 4u);
  for (const auto& name : as_pairs) EXPECT_FALSE(at_random.contains(name)) << name;
  for (const char* none : {"none", ""}) {
    OptionValues without = values;
    without["paired"] = none;
    PreparedRecipe plain("augcyclegan", without, scratch.file("data"));
    Random random(1);
    EXPECT_EQ(plain.recipe->training_set().get(0, random).input.channels, 3);
  }
}

TEST(AugCycleGan, ItsPairsHoldNoPictureThatIsHeldOut) {
  const Scratch scratch;
  make_pictures(scratch.file("data"), 4);
  std::filesystem::create_symlink("data", scratch.file("other"));
  const Finished done = run(scratch, "augcyclegan",
                            {"features=4", "e_features=4", "d_features=4", "crop=16", "batch=2",
                             "simulate=phone", "holdout=1", "paired=" + scratch.file("other")},
                            {"--dry-run"});
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_NE(done.output.find("note: 1 of 4 pairs of"), std::string::npos) << done.output;
}

TEST(AugCycleGan, ItsPairsAreLookedAtBeforeTheFirstStep) {
  const Scratch scratch;
  for (const char* folder :
       {"data/trainA", "data/trainB", "data/testA", "data/testB", "pairs/A", "pairs/B"})
    make_pictures(scratch.file(folder), 3);
  std::filesystem::remove(scratch.file("pairs/A/0.png"));
  std::filesystem::create_symlink(scratch.file("data/testA/0.png"), scratch.file("pairs/A/0.png"));
  scratch.write("pairs/B/1.png", "no picture");
  const std::vector<std::string> settings = {"features=4",
                                             "e_features=4",
                                             "d_features=4",
                                             "batch=2",
                                             "load=0",
                                             "validate_every=0",
                                             "paired=" + scratch.file("pairs")};
  auto fitting = settings;
  fitting.emplace_back("crop=16");
  const Finished done = run(scratch, "augcyclegan", fitting, {"--steps", "4"});
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_NE(done.output.find("paired B data: 1 of 3 files are left out"), std::string::npos)
      << done.output;
  EXPECT_NE(done.output.find("pairs/B/1.png"), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("note: 1 of 2 pairs of"), std::string::npos) << done.output;

  make_pictures(scratch.file("pairs/A"), 3, {20, 20});
  auto large = settings;
  large.emplace_back("crop=32");
  const Finished refused = run(scratch, "augcyclegan", large, {"--dry-run"});
  EXPECT_EQ(refused.status, 3) << refused.output;
  EXPECT_NE(refused.output.find("paired A data"), std::string::npos) << refused.output;

  const Finished unequal = run(scratch, "augcyclegan", fitting, {"--dry-run"});
  EXPECT_EQ(unequal.status, 3) << unequal.output;
  EXPECT_NE(unequal.output.find("2 of 2 pairs differ in size"), std::string::npos)
      << unequal.output;
}

TEST(WespePaper, HasDefaultsOfItsOwnAndWhatIsSetWins) {
  const Scratch scratch;
  const auto configuration = [&](const std::vector<std::string>& settings) {
    return run(scratch, "wespe", settings, {"--dump-config"}).output;
  };
  const std::string paper = configuration({"variant=paper", "tv_weight=3"});
  for (const char* line :
       {"features=64", "f_features=64", "d_features=48", "gan=vanilla", "color_weight=0.005",
        "texture_weight=0.005", "tv_weight=3", "cycle_a_weight=0", "cycle_b_weight=0",
        "content_weight=1", "batch=30", "residual=false"})
    EXPECT_NE(paper.find(concat("\n", line, "\n")), std::string::npos) << line << "\n" << paper;
  const std::string modified = configuration({});
  for (const char* line : {"features=128", "gan=lsgan", "color_weight=0.5", "tv_weight=0.5",
                           "cycle_a_weight=1", "content_weight=0", "batch=20", "residual=true"})
    EXPECT_NE(modified.find(concat("\n", line, "\n")), std::string::npos) << line;
  make_pictures(scratch.file("data"), 3, {100, 100});
  const Finished asked = run(scratch, "wespe", {"variant=paper", "simulate=phone"});
  EXPECT_EQ(asked.status, 1);
  EXPECT_NE(asked.output.find("vgg19-dcbb9e9d.pth"), std::string::npos) << asked.output;
}

TEST(WespePaper, ItsNetworksAndItsLossAreThePapers) {
  const Scratch scratch;
  make_pictures(scratch.file("data"), 3, {100, 100});
  OptionValues values = {
      {"variant", "paper"}, {"vgg", "random"}, {"simulate", "phone"}, {"holdout", "1"}};
  {
    PreparedRecipe whole("wespe", values, scratch.file("data"));
    EXPECT_EQ(parameter_count(*whole.state.network("g").network), 401475);
    EXPECT_EQ(parameter_count(*whole.state.network("f").network), 401475);
    EXPECT_EQ(parameter_count(*whole.state.network("d_color").network), 7371713);
    EXPECT_EQ(parameter_count(*whole.state.network("d_texture").network), 7360097);
  }
  values.insert(
      {{"features", "4"}, {"f_features", "4"}, {"d_features", "6"}, {"crop", "32"}, {"lr", "0"}});
  PreparedRecipe wespe("wespe", values, scratch.file("data"));
  torch::manual_seed(7);  // its features are the first that prepare() makes
  const auto vgg = losses::feature_network("19", {.vgg = "random"}, torch::kCPU);
  const Batch batch = random_batch(2, 32);
  const auto logged = wespe.step(1, {batch});

  torch::NoGradGuard no_grad;
  const auto a = batch.input, better = wespe.run("g", a), back = wespe.run("f", better);
  const auto content =
      (vgg->forward(back, {"relu5_4"}).at("relu5_4") - vgg->forward(a, {"relu5_4"}).at("relu5_4"))
          .square()
          .mean();
  const auto fooled = [&](const char* judge) {
    return at::softplus(-wespe.run(judge, better)).mean();
  };
  const auto variation = better.diff(1, 2).square().mean() + better.diff(1, 3).square().mean();
  const double expected =
      (content + 5e-3 * (fooled("d_color") + fooled("d_texture")) + 10 * variation).item<double>();
  EXPECT_NEAR(logged.at("loss_g"), expected, 1e-5 * expected);
  EXPECT_NEAR(logged.at("content"), content.item<double>(), 1e-5 * content.item<double>());
  EXPECT_FALSE(logged.contains("cycle_a") || logged.contains("cycle_b"));
}

TEST(Dcgan, ThePenaltiesOfTheGradientAreInItsLoss) {
  const Scratch scratch;
  make_pictures(scratch.file("data"), 3);
  PreparedRecipe dcgan("dcgan",
                       {{"gan", "wgan"},
                        {"r1", "4"},
                        {"features", "4"},
                        {"d_features", "4"},
                        {"side", "16"},
                        {"holdout", "1"},
                        {"judge_pictures", "16"},
                        {"lr", "0"}},
                       scratch.file("data"));
  const auto logged = dcgan.step(1, {random_batch(4, 16)});
  EXPECT_GT(logged.at("gradient_penalty"), 0);
  EXPECT_GT(logged.at("r1"), 0);
  EXPECT_NEAR(logged.at("loss_d"),
              logged.at("logit_fake") - logged.at("logit_real") +
                  10 * logged.at("gradient_penalty") + 2 * logged.at("r1"),
              1e-4);
}

TEST(Dcgan, FacesHaveTheirWidthsAndOneSide) {
  const Scratch scratch;
  make_pictures(scratch.file("data"), 3);
  PreparedRecipe narrow(
      "dcgan", {{"variant", "faces"}, {"features", "4"}, {"d_features", "8"}, {"holdout", "1"}},
      scratch.file("data"));
  EXPECT_EQ(write_options(*narrow.state.network("g").options).at("features"), "4");
  EXPECT_EQ(write_options(*narrow.state.network("d").options).at("features"), "8");
  const Finished dumped = run(scratch, "dcgan", {"variant=faces"}, {"--dump-config"});
  for (const char* line : {"\nfeatures=128\n", "\nd_features=128\n", "\nside=80\n"})
    EXPECT_NE(dumped.output.find(line), std::string::npos) << line;
}

TEST(Vae, ItsRateFallsAfterEachEpochOfAccumulatedBatchesToo) {
  const Scratch scratch;
  make_pictures(scratch.file("data"), 9, {20, 20});
  PreparedRecipe vae("vae",
                     {{"hidden", "4-4-4"},
                      {"latent", "4"},
                      {"batch", "2"},
                      {"accumulate", "4"},
                      {"lr", "0.5"},
                      {"decay", "0.5"},
                      {"holdout", "1"},
                      {"judge_pictures", "16"}},
                     scratch.file("data"));
  const auto rate = [&] { return vae.state.optimizer("g").lr; };
  const std::vector<Batch> batches(4, random_batch(2, 16));
  vae.step(1, batches);
  EXPECT_EQ(rate(), 0.5);
  vae.step(2, batches);  // eight pictures were seen
  EXPECT_EQ(rate(), 0.25);
}

TEST(Judgement, OfARelativisticJudgeHasThePlainLogits) {
  RunState state(torch::kCPU);
  const std::vector<Batch> none;
  Step step(1, state, none, {});
  log_relativistic_judgement(step, losses::Adversarial::kVanilla, torch::tensor({1.0, 2.0}),
                             torch::tensor({0.0, 3.5}));
  ASSERT_EQ(step.values().size(), 3u);
  EXPECT_EQ(step.values()[0].second.item<double>(), 1.5);
  EXPECT_EQ(step.values()[1].second.item<double>(), 1.75);
  EXPECT_EQ(step.values()[2].second.item<double>(), 0.5);
}

}  // namespace
}  // namespace gan::training
