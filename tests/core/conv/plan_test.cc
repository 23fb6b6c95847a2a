// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/plan.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/conv/plans.h"

namespace gan::conv {
namespace {

TEST(ConvPlan, ShapesFollowTheLayers) {
  const std::vector<Shape> values = shapes(rrdb_plan(16, 8, 1, 4));
  EXPECT_EQ(values.front(), (Shape{3, 1, 1}));
  EXPECT_EQ(values[1], (Shape{16, 1, 4}));
  EXPECT_EQ(values.back(), (Shape{3, 1, 1}));
  EXPECT_EQ(shapes(compact_plan(8, 1, 4)).back(), (Shape{3, 4, 1}));
  EXPECT_EQ(size_multiple(rrdb_plan(16, 8, 1, 4)), 4);
}

TEST(ConvPlan, ReachAndFlopsAreThoseOfTheFormula) {
  EXPECT_EQ(reach(compact_plan(8, 5, 2)), 7);
  EXPECT_EQ(reach({.layers = {conv({0}, 3, 4, 1)}}), 0);
  // 17 convolutions at the frame's size, one at twice, three at four times.
  EXPECT_EQ(reach(rrdb_plan(8, 4, 1, 1)), 17 + 1 + 1);
  EXPECT_DOUBLE_EQ(flops(compact_plan(8, 1, 2), {10, 5}), 50 * 2 * 9.0 * (3 * 8 + 8 * 8 + 8 * 12));
}

TEST(ConvPlan, WhatBreaksARuleIsRefused) {
  const auto refused = [](auto change) {
    Plan plan = compact_plan(8, 1, 2);
    change(plan);
    try {
      shapes(plan);
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  EXPECT_FALSE(refused([](Plan&) {}));
  EXPECT_TRUE(refused([](Plan& p) { p.layers.clear(); }));
  EXPECT_TRUE(refused([](Plan& p) { p.in_channels = 4; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[0].inputs.clear(); }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].inputs = {2}; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].inputs = {-1}; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].inputs = {0, 1}; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[2].inputs = {1}; }));  // nothing reads value 2
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].weight.pop_back(); }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].bias.pop_back(); }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].slopes.pop_back(); }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].kernel = 5; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].unshuffle = 2; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].shuffle = 2; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].add_picture = true; }));
  EXPECT_TRUE(refused([](Plan& p) {
    p.layers[1].twice = true;
    p.layers[2].adds = {{1, 1}};
  }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].adds = {{2, 1}}; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].adds = {{0, 1}}; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[1].gate = 5; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[2].shuffle = 5; }));
  EXPECT_TRUE(refused([](Plan& p) { p.layers[0].twice = true; }));
}

}  // namespace
}  // namespace gan::conv
