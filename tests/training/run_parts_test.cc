// SPDX-License-Identifier: LGPL-2.1-or-later
// The parts that every run is made of, each by itself: Adam, clipping, loaders, what a step
// generates twice.
#include <set>

#include "models/table.h"
#include "tests/training/prepared_recipe.h"
#include "training/run/loader.h"

namespace gan::training {
namespace {

TEST(Adam, IsPyTorchs) {
  torch::manual_seed(1);
  const AdamSettings settings{
      .lr = 0.01, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-6, .weight_decay = 0.1};
  std::vector<torch::Tensor> ours, theirs;
  for (const int64_t size : {3, 7}) {
    ours.push_back(torch::randn({size, 2}).requires_grad_(true));
    theirs.push_back(ours.back().detach().clone().requires_grad_(true));
  }
  Adam adam(ours, settings);
  torch::optim::Adam reference(theirs, torch::optim::AdamOptions(settings.lr)
                                           .betas({settings.beta1, settings.beta2})
                                           .eps(settings.eps)
                                           .weight_decay(settings.weight_decay));
  for (int step = 0; step < 6; ++step) {
    for (size_t i = 0; i < ours.size(); ++i) {
      // The second parameter sits some steps out.
      const auto gradient = i == 1 && step % 3 == 1 ? torch::Tensor() : torch::randn_like(ours[i]);
      ours[i].mutable_grad() = gradient;
      theirs[i].mutable_grad() = gradient.defined() ? gradient.clone() : gradient;
    }
    adam.step();
    reference.step();
    for (size_t i = 0; i < ours.size(); ++i)
      EXPECT_LT((ours[i] - theirs[i]).abs().max().item<double>(), 1e-6) << step << " " << i;
  }
  EXPECT_EQ(adam.slots()[0].steps, 6);
  EXPECT_EQ(adam.slots()[1].steps, 4);
}

// A state with one small network and its optimizer.
struct Small {
  Small() : state(torch::kCPU) {
    auto& g =
        state.add_network("g", "compact", create_options({{"features", "2"}, {"convs", "0"}}));
    state.add_optimizer("g", g.parameters(), {.lr = 0.1});
    batch.input = torch::rand({2, 3, 4, 4});
  }
  static std::unique_ptr<Options> create_options(const OptionValues& values) {
    auto options = find_network("compact").make_options();
    read_options(*options, values, "test");
    return options;
  }
  RunState state;
  Batch batch;
};

double first_moment_norm(RunState& state) {
  double sum = 0;
  for (const auto& slot : state.optimizer("g").slots())
    sum += slot.mean.square().sum().item<double>();
  return std::sqrt(sum) / 0.1;  // 1 - beta1
}

TEST(Clip, BoundsTheWholeGradientAndLeavesSmallOnesAlone) {
  for (const auto& [clip, expected] : {std::pair(0.5, 0.5), {1e6, 0.0}, {0.0, 0.0}}) {
    torch::manual_seed(2);
    Small small;
    const std::vector<Batch> batches = {small.batch};
    Step step(1, small.state, batches, {"", clip});
    double whole = 0;
    step.update({"g"}, "loss", [&](const Batch& batch, size_t) {
      const auto loss = 100 * small.state.network("g").run({batch.input, {}, {}}).square().mean();
      for (const auto& gradient : torch::autograd::grad(
               {loss}, small.state.optimizer("g").parameters(), {}, /*retain_graph=*/true))
        whole += gradient.square().sum().item<double>();
      return loss;
    });
    whole = std::sqrt(whole);
    ASSERT_GT(whole, 1);
    const double wanted = expected > 0 ? expected : whole;
    EXPECT_NEAR(first_moment_norm(small.state), wanted, 1e-4 * wanted) << clip;
  }
}

// Samples that tell their place and their random numbers.
class Numbers : public Dataset {
 public:
  int64_t size() const override { return 5; }
  Sample get(int64_t index, Random& random) const override {
    Sample sample{Picture({1, 1}, 1), {}, static_cast<int>(index), "x"};
    sample.input.values[0] = static_cast<float>(random.uniform());
    return sample;
  }
};

TEST(Loader, TwoBatchesAreOneOfTwiceTheSizeWithAnyNumberOfWorkers) {
  const Numbers data;
  Loader small(data, {.batch = 3, .seed = 9, .workers = 3}),
      large(data, {.batch = 6, .seed = 9, .workers = 1}),
      later(data, {.batch = 3, .seed = 9, .workers = 2, .first_step = 3});
  std::set<float> seen;
  for (int i = 0; i < 3; ++i) {
    const Batch first = small.next(), second = small.next(), both = large.next();
    EXPECT_TRUE(at::equal(at::cat({first.input, second.input}), both.input));
    EXPECT_TRUE(at::equal(at::cat({first.label, second.label}), both.label));
    if (i == 1) {
      EXPECT_TRUE(at::equal(later.next().input, first.input));
    }
    for (int64_t k = 0; k < 6; ++k) seen.insert(both.input[k].item<float>());
  }
  EXPECT_EQ(seen.size(), 18u) << "every sample has numbers of its own";
}

TEST(Generated, IsTheSameASecondTimeAlsoWithDropout) {
  Small small;
  const std::vector<Batch> batches = {small.batch, small.batch};
  Step step(1, small.state, batches, {});
  const auto& g = small.state.network("g");
  Generated generated(step, g, [&](const Batch& batch, size_t) {
    return at::dropout(g.run({batch.input, {}, {}}), 0.5, true);
  });
  std::vector<torch::Tensor> first;
  for (size_t i = 0; i < 2; ++i) first.push_back(generated.detached(i));
  EXPECT_FALSE(at::equal(first[0], first[1]));
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_FALSE(first[i].requires_grad());
    const auto again = generated.attached(i);
    EXPECT_TRUE(again.requires_grad());
    EXPECT_TRUE(at::equal(again, first[i])) << i;
  }
}

TEST(Snapshot, UndoesSteps) {
  torch::manual_seed(2);
  Small small;
  small.state.add_tensor("t", torch::tensor({1.0}));
  const std::vector<Batch> batches = {small.batch};
  const auto advance = [&] {
    Step step(1, small.state, batches, {});
    step.update({"g"}, "loss", [&](const Batch& batch, size_t) {
      return small.state.network("g").run({batch.input, {}, {}}).square().mean();
    });
  };
  advance();
  const auto kept = small.state.snapshot();
  const auto weight = small.state.network("g").network->parameters()[0].clone();
  advance();
  EXPECT_FALSE(at::equal(weight, small.state.network("g").network->parameters()[0]));
  const auto ahead = small.state.network("g").network->parameters()[0].clone();
  small.state.restore(kept);
  EXPECT_TRUE(at::equal(weight, small.state.network("g").network->parameters()[0]));
  advance();
  EXPECT_TRUE(at::equal(ahead, small.state.network("g").network->parameters()[0]));
}

}  // namespace
}  // namespace gan::training
