// SPDX-License-Identifier: LGPL-2.1-or-later
// Learning rates, averages and accumulated batches against closed forms.
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "models/machine/host_allocator.h"
#include "models/table.h"
#include "tests/training/prepared_recipe.h"
#include "training/run/schedule.h"

namespace gan::training {
namespace {

constexpr int64_t kSteps = 100;

TEST(Schedule, LinearStaysAndThenFallsTo0JustAfterTheLastStep) {
  ScheduleOptions linear{.kind = "linear", .constant_part = 0.4};
  for (const int64_t step : {1, 20, 40})
    EXPECT_EQ(schedule_factor(linear, step, kSteps), 1) << step;
  for (const int64_t step : {41, 70, 100})
    EXPECT_NEAR(schedule_factor(linear, step, kSteps), static_cast<double>(101 - step) / 60, 1e-12)
        << step;
  linear.constant_part = 1;
  EXPECT_EQ(schedule_factor(linear, 100, kSteps), 1);
}

TEST(Schedule, MultistepMultipliesBehindEachMilestone) {
  const ScheduleOptions options{.kind = "multistep", .milestones = "10,30", .gamma = 0.1};
  for (const auto& [step, factor] :
       {std::pair(1, 1.0), {10, 1.0}, {11, 0.1}, {30, 0.1}, {31, 0.01}})
    EXPECT_NEAR(schedule_factor(options, step, kSteps), factor, 1e-12) << step;
  const ScheduleOptions wrong{.kind = "multistep", .milestones = "10;30"};
  EXPECT_THROW(schedule_factor(wrong, 1, kSteps), Error);
}

TEST(Schedule, CosineFallsAndStartsAgain) {
  const ScheduleOptions options{.kind = "cosine", .restarts = 1, .floor = 0.2};
  for (const int64_t step : {1, 26, 50, 51, 76}) {
    const double t = static_cast<double>((step - 1) % 50) / 50;
    EXPECT_NEAR(schedule_factor(options, step, kSteps),
                0.2 + 0.8 * (1 + std::cos(std::numbers::pi * t)) / 2, 1e-12)
        << step;
  }
}

TEST(Schedule, OneCycleRisesFromA25thAndFallsToA250000th) {
  const ScheduleOptions options{.kind = "onecycle", .peak_at = 0.25};
  EXPECT_NEAR(schedule_factor(options, 1, kSteps), 1 / 25.0, 1e-12);
  EXPECT_NEAR(schedule_factor(options, 26, kSteps), 1, 1e-12);
  EXPECT_NEAR(schedule_factor(options, 101, kSteps), 1 / 250000.0, 1e-12);
  for (int64_t step = 2; step <= 101; ++step)
    EXPECT_EQ(schedule_factor(options, step, kSteps) > schedule_factor(options, step - 1, kSteps),
              step <= 26)
        << step;
}

TEST(Schedule, WarmupRisesFrom0) {
  const ScheduleOptions options{.warmup = 10};
  for (const auto& [step, factor] : {std::pair(1, 0.1), {5, 0.5}, {10, 1.0}, {11, 1.0}})
    EXPECT_NEAR(schedule_factor(options, step, kSteps), factor, 1e-12) << step;
}

TEST(Averages, TheirDecayRisesToItsLargest) {
  for (const auto& [step, decay] :
       {std::pair(1, 2.0 / 11), {10, 11.0 / 20}, {90, 91.0 / 100}, {8990, 0.999}, {100000, 0.999}})
    EXPECT_NEAR(average_decay(0.999, step), decay, 1e-12) << step;
  EXPECT_EQ(average_decay(0.5, 90), 0.5);
}

TEST(Averages, FollowTheWeightsByTheirDecay) {
  RunState state(torch::kCPU);
  state.add_network("g", "compact", find_network("compact").make_options(), /*averaged=*/true);
  const auto& named = state.network("g");
  const auto weight = named.network->parameters()[0], average = named.average->parameters()[0];
  ASSERT_TRUE(at::equal(weight, average));
  torch::NoGradGuard no_grad;
  double expected = weight.flatten()[0].item<double>();
  for (int step = 1; step <= 5; ++step) {
    weight.add_(1);
    const double decay = average_decay(0.9, step);
    expected = decay * expected + (1 - decay) * weight.flatten()[0].item<double>();
    state.update_averages(decay);
    EXPECT_NEAR(average.flatten()[0].item<double>(), expected, 1e-5) << step;
  }
  weight.copy_(average);
  const auto before = average.clone();
  state.update_averages(0.9);
  EXPECT_TRUE(at::equal(average, before)) << "what is equal stays so";
}

// The gradients that an optimizer saw in its first step.
std::vector<torch::Tensor> gradients(RunState& state, const char* optimizer) {
  std::vector<torch::Tensor> all;
  for (const auto& slot : state.optimizer(optimizer).slots())
    all.push_back(slot.mean.defined() ? slot.mean : torch::Tensor());
  return all;
}

// The largest difference, as a share of the largest gradient.
double apart(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  double difference = 0, largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i].defined()) continue;
    difference = std::max(difference, (a[i] - b[i]).abs().max().item<double>());
    largest = std::max(largest, b[i].abs().max().item<double>());
  }
  return difference / largest;
}

struct Accumulated {
  const char* recipe;
  OptionValues values;
  std::vector<const char*> optimizers;
  int64_t small, large, channels;
};

class Accumulation : public testing::TestWithParam<Accumulated> {
 protected:
  void SetUp() override { test::make_pictures(scratch_.file("data"), 5, {140, 132}); }
  // Nothing moves; in double, where sums in another order are hardly seen.
  std::unique_ptr<PreparedRecipe> prepared() const {
    OptionValues values = GetParam().values;
    values.insert({{"holdout", "1"}, {"lr", "0"}, {"ema", "0"}});
    auto one = std::make_unique<PreparedRecipe>(GetParam().recipe, values, scratch_.file("data"));
    for (const auto& named : one->state.networks()) named.network->to(torch::kDouble);
    return one;
  }
  test::Scratch scratch_;
};

TEST_P(Accumulation, OfTwoBatchesIsThatOfOneTwiceAsLarge) {
  const Accumulated& one = GetParam();
  torch::manual_seed(3);
  Batch whole;
  whole.input = torch::rand({4, one.channels, one.small, one.small}, torch::kDouble);
  whole.target = torch::rand({4, one.channels, one.large, one.large}, torch::kDouble);
  std::vector<Batch> halves(2);
  for (int64_t i = 0; i < 2; ++i) {
    halves[static_cast<size_t>(i)].input = whole.input.narrow(0, 2 * i, 2);
    halves[static_cast<size_t>(i)].target = whole.target.narrow(0, 2 * i, 2);
  }
  const auto once = prepared(), twice = prepared();
  torch::manual_seed(5);
  const auto of_whole = once->step(1, {whole});
  torch::manual_seed(5);
  const auto of_halves = twice->step(1, halves);
  for (const char* optimizer : one.optimizers)
    EXPECT_LT(apart(gradients(twice->state, optimizer), gradients(once->state, optimizer)), 1e-6)
        << optimizer;
  for (const auto& [name, value] : of_whole)
    if (name.starts_with("loss")) {
      EXPECT_NEAR(of_halves.at(name), value, 1e-5 * (1 + std::abs(value))) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Recipes, Accumulation,
    testing::Values(
        Accumulated{
            "compact", {{"features", "4"}, {"convs", "1"}, {"patch", "8"}}, {"g"}, 8, 16, 3},
        Accumulated{
            "autoencoder", {{"features", "4"}, {"patch", "8"}, {"dropout", "0"}}, {"g"}, 8, 16, 3},
        Accumulated{"wespe",
                    {{"features", "4"},
                     {"f_features", "4"},
                     {"d_features", "4"},
                     {"crop", "32"},
                     {"residual", "false"},
                     {"simulate", "phone"}},
                    {"g", "d"},
                    32,
                    32,
                    3},
        Accumulated{"cyclegan",
                    {{"features", "4"},
                     {"blocks", "1"},
                     {"d_features", "4"},
                     {"d_layers", "1"},
                     {"load", "0"},
                     {"crop", "32"},
                     {"pool", "0"},
                     {"residual", "false"},
                     {"simulate", "phone"}},
                    {"g", "d"},
                    32,
                    32,
                    3},
        Accumulated{"pix2pix",
                    {{"generator", "resnet"},
                     {"blocks", "1"},
                     {"features", "4"},
                     {"norm", "instance"},
                     {"d_features", "4"},
                     {"d_layers", "1"},
                     {"load", "0"},
                     {"crop", "32"},
                     {"simulate", "phone"}},
                    {"g", "d"},
                    32,
                    32,
                    3}),
    [](const auto& one) { return std::string(one.param.recipe); });

// What has the statistics of a batch is the mean of what its batches are by themselves.
TEST(AccumulationOfBatchNorm, IsTheMeanOfBothBatches) {
  const test::Scratch scratch;
  test::make_pictures(scratch.file("data"), 3);
  const OptionValues values = {{"features", "4"}, {"d_features", "4"},      {"side", "16"},
                               {"latent", "5"},   {"judge_pictures", "16"}, {"holdout", "1"},
                               {"lr", "0"}};
  PreparedRecipe dcgan("dcgan", values, scratch.file("data")),
      own("dcgan", values, scratch.file("data"));
  const std::vector<Batch> batches = {random_batch(4, 16), random_batch(4, 16)};
  torch::manual_seed(5);
  dcgan.step(1, batches);
  torch::manual_seed(5);
  const auto codes = torch::randn({8, 5});
  auto loss_d = torch::zeros({}), loss_g = torch::zeros({});
  auto &g = *own.state.network("g").network, &d = *own.state.network("d").network;
  for (int64_t i = 0; i < 2; ++i) {
    const auto fake = g.run({.latent = codes.narrow(0, 4 * i, 4)});
    const auto real = batches[static_cast<size_t>(i)].input * 2 - 1;
    loss_d = loss_d + (at::softplus(-d.run({real, {}, {}})).mean() +
                       at::softplus(d.run({fake.detach(), {}, {}})).mean()) /
                          2;
    loss_g = loss_g + at::softplus(-d.run({fake, {}, {}})).mean() / 2;
  }
  for (const auto& [optimizer, loss] : {std::pair("d", loss_d), {"g", loss_g}}) {
    const auto parameters = own.state.optimizer(optimizer).parameters();
    auto expected = torch::autograd::grad({loss}, parameters, {}, true);
    for (auto& gradient : expected) gradient = gradient * 0.5;  // 1 - beta1
    EXPECT_LT(apart(gradients(dcgan.state, optimizer), expected), 1e-5) << optimizer;
  }
  // Statistics count each batch once, though the generator is run twice for it.
  for (const auto& item : dcgan.state.network("g").network->named_buffers())
    if (item.key().ends_with("num_batches_tracked")) {
      EXPECT_EQ(item.value().item<int64_t>(), 2) << item.key();
    }
}

TEST(AccumulationOfBatchNorm, KeepsNoGraphBeyondItsBatch) {
  install_host_allocator();
  const test::Scratch scratch;
  test::make_pictures(scratch.file("data"), 3);
  PreparedRecipe dcgan("dcgan",
                       {{"features", "16"},
                        {"d_features", "16"},
                        {"side", "64"},
                        {"judge_pictures", "16"},
                        {"holdout", "1"}},
                       scratch.file("data"));
  const auto peak = [&](int count) {
    const std::vector<Batch> batches(static_cast<size_t>(count), random_batch(8, 64));
    dcgan.step(1, batches);
    const size_t before = host_memory().in_use;
    reset_host_memory_peak();
    dcgan.step(1, batches);
    return static_cast<double>(host_memory().peak - before);
  };
  EXPECT_LT(peak(8), 1.2 * peak(2));
}

}  // namespace
}  // namespace gan::training
