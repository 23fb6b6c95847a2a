// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent_walk.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace gan {
namespace {

const WalkGround kGround = {4, 3, 1, {{"a", {{1, 0, 0, 0}, {}}}}, {}, {}};

TEST(Walk, KeyPointsAreSeedsOrExpressions) {
  const auto first = [](const WalkOptions& options) { return make_path(options, kGround).at(0); };
  EXPECT_EQ(make_path({}, kGround).count(), 8);
  EXPECT_EQ(first({}), seeded_code(0, 4));
  WalkGround grid = kGround;
  grid.cells = 20;
  EXPECT_EQ(make_path({}, grid).count(), 20);
  EXPECT_EQ(first({.seeds = "7, 8"}), seeded_code(7, 4));
  EXPECT_EQ(first({.expression = "a", .seeds = "7, 8"}), (Code{1, 0, 0, 0}));
  EXPECT_EQ(make_path({.expression = "a; 2 * a; seed(3)"}, kGround).at(2), seeded_code(3, 4));
}

TEST(Walk, PicturesStandAtTheEnds) {
  WalkGround ground = kGround;
  ground.from_image = Code{9, 9, 9, 9};
  EXPECT_EQ(make_path({}, ground).count(), 1);
  EXPECT_EQ(make_path({.seeds = "1,2"}, ground).count(), 3);
  ground.to_image = Code{8, 8, 8, 8};
  const LatentPath path = make_path({.expression = "a"}, ground);
  EXPECT_EQ(path.count(), 3);
  EXPECT_EQ(path.at(0), *ground.from_image);
  EXPECT_EQ(path.at(1), (Code{1, 0, 0, 0}));
  EXPECT_EQ(path.at(2), *ground.to_image);
  EXPECT_EQ(make_path({}, ground).count(), 2);
}

TEST(Walk, LabelsAreClassesOfTheNetwork) {
  EXPECT_EQ(make_path({}, kGround).label_at(0, 3), (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(make_path({.label = 2}, kGround).label_at(5.5, 3), (std::vector<float>{0, 0, 1}));
  const LatentPath path = make_path({.seeds = "1", .label = 2, .label_path = "0-1"}, kGround);
  EXPECT_EQ(path.label_at(0.5, 3), (std::vector<float>{0.5f, 0.5f, 0}));
  const auto said = [](const WalkOptions& options, const WalkGround& ground) -> std::string {
    try {
      make_path(options, ground);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  };
  EXPECT_EQ(said({.label = 3}, kGround), "label: classes are 0 to 2, got 3");
  EXPECT_EQ(said({.label_path = "0-3"}, kGround), "label-path: classes are 0 to 2, got 3");
  EXPECT_NE(said({.label_path = "0;1"}, kGround).find("column 2"), std::string::npos);
  WalkGround plain = kGround;
  plain.classes = 0;
  EXPECT_EQ(said({}, plain), "");
  EXPECT_NE(said({.label = 1}, plain).find("label wants a conditional network"), std::string::npos);
  EXPECT_NE(said({.label_path = "0"}, plain).find("label-path wants"), std::string::npos);
}

TEST(Walk, GridsAreRowsTimesColumns) {
  EXPECT_EQ(parse_grid("2x3").rows, 2);
  EXPECT_EQ(parse_grid("2x3").columns, 3);
  EXPECT_EQ(parse_grid("64x64").cells(), 4096);
  for (const char* text : {"", "2", "x", "2x", "x3", "0x1", "1x0", "-1x1", "65x1", "2x3x", "2 x 3",
                           "2X3", "99999999999x1"})
    EXPECT_THROW(parse_grid(text), Error) << text;
}

TEST(Walk, EachCellIsOneKeyPointAhead) {
  const LatentPath path = make_path({.seeds = "10-14", .label_path = "0-2"}, kGround);
  const auto points = points_of_cells(path, 0.5, 6, 3);
  ASSERT_EQ(points.size(), 6u);
  for (int cell = 0; cell < 6; ++cell) {
    EXPECT_EQ(points[cell].code, path.at(cell + 0.5));
    EXPECT_EQ(points[cell].label, path.label_at(cell + 0.5, 3));
  }
  EXPECT_EQ(points[5].code, points[0].code);
}

// Not only nearly: adding whole numbers to a position in key points would round.
TEST(Walk, ACellIsBitForBitTheWalkThatBeginsAtItsSeed) {
  const LatentPath grid = make_path({.seeds = "0-29"}, kGround);
  for (const double position : {0.1, 1.0 / 30, 0.7}) {
    const auto points = points_of_cells(grid, position, 30, 3);
    for (int cell = 0; cell < 29; ++cell)
      EXPECT_EQ(points[cell].code,
                make_path({.seeds = concat(cell, ",", cell + 1)}, kGround).at(position));
  }
}

}  // namespace
}  // namespace gan
