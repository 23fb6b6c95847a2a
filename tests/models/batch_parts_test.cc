// SPDX-License-Identifier: LGPL-2.1-or-later
// A batch in two parts, as two processes have it, is the same batch.
#include "models/blocks/batch_parts.h"

#include <gtest/gtest.h>

#include "models/blocks/dropout.h"
#include "models/blocks/norm.h"

namespace gan::test {
namespace {

class BatchPartsTest : public testing::Test {
 protected:
  void TearDown() override { set_batch_parts({}); }
  // As if the other process had the same numbers.
  static void have_an_equal() {
    set_batch_parts({0, 2, [](torch::Tensor& sum) { sum.mul_(2); }});
  }
};

void expect_near(const torch::Tensor& a, const torch::Tensor& b) {
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-5);
}

TEST_F(BatchPartsTest, NormOfTwoEqualPartsIsThatOfOne) {
  for (const bool pictures : {true, false}) {
    torch::manual_seed(1);
    const auto x = pictures ? torch::randn({4, 3, 5, 6}) * 3 + 7 : torch::randn({8, 3});
    const auto weights = torch::randn_like(x);
    BatchNorm norm(3);
    torch::nn::init::normal_(norm->named_parameters()["weight"]);
    const auto run = [&] {
      const auto input = x.clone().requires_grad_(true);
      for (auto& parameter : norm->parameters()) parameter.mutable_grad() = torch::Tensor();
      const auto y = norm(input);
      (y * weights).sum().backward();
      return std::vector{y, input.grad(), norm->named_parameters()["weight"].grad().clone(),
                         norm->named_parameters()["bias"].grad().clone()};
    };
    const auto alone = run();
    have_an_equal();
    const auto together = run();
    set_batch_parts({});
    for (size_t i = 0; i < alone.size(); ++i) expect_near(alone[i], together[i]);
  }
}

TEST_F(BatchPartsTest, RunningStatisticsAreOfAllSamples) {
  torch::manual_seed(2);
  const auto x = torch::randn({4, 3, 5, 6}) * 3 + 7;
  BatchNorm one(3), two(3);
  one(torch::cat({x, x}));
  have_an_equal();
  two(x);
  for (const char* name : {"running_mean", "running_var"})
    expect_near(one->named_buffers()[name], two->named_buffers()[name]);
}

TEST_F(BatchPartsTest, ASecondDerivativeGoesThroughTheNorm) {
  torch::manual_seed(3);
  const auto x = torch::randn({4, 3, 5, 6});
  BatchNorm norm(3);
  const auto penalty = [&] {
    const auto input = x.clone().requires_grad_(true);
    const auto y = norm(input).pow(3).sum();
    torch::autograd::grad({y}, {input}, {}, true, true)[0].square().sum().backward();
    return input.grad();
  };
  const auto alone = penalty();
  have_an_equal();
  expect_near(alone / 1000, penalty() / 1000);
}

TEST_F(BatchPartsTest, MasksOfTheTwoPartsAreThatOfTheWhole) {
  for (const auto draw : {batch_dropout, batch_feature_dropout}) {
    const auto whole = torch::ones({4, 3, 2, 5});
    torch::manual_seed(4);
    const auto wanted = draw(whole, 0.4, true);
    torch::manual_seed(4);
    expect_near(draw == batch_dropout ? at::dropout(whole, 0.4, true)
                                      : at::feature_dropout(whole, 0.4, true),
                wanted);
    for (const int64_t part : {0, 1}) {
      set_batch_parts({part, 2, {}});
      torch::manual_seed(4);
      expect_near(draw(whole.narrow(0, 0, 2), 0.4, true), part_of_batch(wanted));
    }
    set_batch_parts({});
    EXPECT_TRUE(draw(whole, 0.4, false).equal(whole));
  }
}

}  // namespace
}  // namespace gan::test
