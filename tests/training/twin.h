// SPDX-License-Identifier: LGPL-2.1-or-later
// A recipe beside a twin of the same weights, whose steps the test makes by its own formulas.
#pragma once

#include <cmath>

#include "tests/training/prepared_recipe.h"

namespace gan::training {

class Twin {
 public:
  Twin(const char* name, const OptionValues& values, const std::string& data)
      : recipe_(name, values, data), own_(name, values, data) {}

  // The recipe's step. The test's own starts from the same random numbers behind it.
  void step(int64_t number, const std::vector<Batch>& batches) {
    torch::manual_seed(kSeed);
    logged_ = recipe_.step(number, batches);
    torch::manual_seed(kSeed);
    own_.state.set_lr_factor(1);
  }
  double logged(const char* name) const {
    const auto found = logged_.find(name);
    EXPECT_NE(found, logged_.end()) << name << " is not logged";
    return found == logged_.end() ? NAN : found->second;
  }

  // The test's networks.
  Network& network(const char* role) { return *own_.state.network(role).network; }
  torch::Tensor run(const char* role, const torch::Tensor& picture) {
    return network(role).run({picture, {}, {}});
  }
  // {N, latent} codes of the next random numbers, drawn as for one batch of all samples.
  static torch::Tensor codes(int64_t count, int64_t latent) {
    return torch::randn({count, latent});
  }

  // A step of the test's own loss by that optimizer; what the recipe logged as `name` must be the
  // loss.
  void descend(std::initializer_list<const char*> optimizers, const char* name,
               const torch::Tensor& loss) {
    const double value = loss.item<double>();
    EXPECT_NEAR(logged(name), value, 2e-5 * (std::abs(value) + 1e-3)) << name;
    std::vector<torch::Tensor> parameters;
    for (const char* optimizer : optimizers)
      for (const auto& parameter : own_.state.optimizer(optimizer).parameters())
        if (parameter.requires_grad()) parameters.push_back(parameter);
    loss.backward({}, /*retain_graph=*/true, false, parameters);
  }
  void apply(std::initializer_list<const char*> optimizers) {
    for (const char* optimizer : optimizers) {
      Adam& adam = own_.state.optimizer(optimizer);
      double largest = 0;
      for (const auto& parameter : adam.parameters())
        if (parameter.grad().defined())
          largest = std::max(largest, parameter.grad().abs().max().item<double>());
      EXPECT_GT(largest, 0) << optimizer << " has nothing to learn";
      for (torch::Tensor parameter : adam.parameters()) {
        if (!parameter.grad().defined()) continue;
        // Adam makes whole steps of what is no more than rounding, too.
        moved_[parameter.unsafeGetTensorImpl()] = parameter.grad().abs() > 1e-4 * largest;
      }
      adam.step();
      for (torch::Tensor parameter : adam.parameters()) parameter.mutable_grad() = torch::Tensor();
    }
  }
  void step_by(std::initializer_list<const char*> optimizers, const char* name,
               const torch::Tensor& loss) {
    descend(optimizers, name, loss);
    apply(optimizers);
  }

  // Every weight that an optimizer has moved by more than rounding has moved alike.
  void expect_equal(const char* optimizer) {
    const auto& ours = recipe_.state.optimizer(optimizer).parameters();
    const auto& theirs = own_.state.optimizer(optimizer).parameters();
    const double rate = own_.state.optimizer(optimizer).lr;
    ASSERT_EQ(ours.size(), theirs.size());
    int64_t compared = 0, differ = 0;
    for (size_t i = 0; i < ours.size(); ++i) {
      const auto moved = moved_.find(theirs[i].unsafeGetTensorImpl());
      if (moved == moved_.end()) continue;
      const auto apart = (ours[i] - theirs[i]).abs().masked_select(moved->second);
      compared += apart.numel();
      differ += (apart > 0.05 * rate).sum().item<int64_t>();
    }
    EXPECT_GT(compared, 0) << optimizer;
    // Where a ReLU or an L1 has its kink, a few may fall to either side.
    EXPECT_LE(static_cast<double>(differ), 0.002 * static_cast<double>(compared))
        << optimizer << ": " << differ << " of " << compared << " weights went elsewhere";
  }

  PreparedRecipe& recipe() { return recipe_; }
  RunState& own() { return own_.state; }

 private:
  static constexpr uint64_t kSeed = 11;
  PreparedRecipe recipe_, own_;
  std::map<std::string, double> logged_;
  std::map<void*, torch::Tensor> moved_;
};

// The formulas that tests write for themselves.
inline torch::Tensor mean_l1(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().mean();
}
inline torch::Tensor real_by_entropy(const torch::Tensor& logits) {
  return at::softplus(-logits).mean();
}
inline torch::Tensor fake_by_entropy(const torch::Tensor& logits) {
  return at::softplus(logits).mean();
}
inline torch::Tensor squared_from(double wanted, const torch::Tensor& logits) {
  return (logits - wanted).square().mean();
}

}  // namespace gan::training
