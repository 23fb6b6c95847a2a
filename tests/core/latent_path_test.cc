// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent_path.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "tests/core/code_distance.h"

namespace gan {
namespace {

using test::distance;

PathOptions options(const std::vector<uint32_t>& seeds, PathShape shape, int length = 64) {
  PathOptions made = path_of_seeds(seeds, length);
  made.shape = shape;
  return made;
}

constexpr PathShape kShapes[] = {PathShape::kLine, PathShape::kLoop, PathShape::kRandom};
constexpr Interpolation kWays[] = {Interpolation::kSlerp, Interpolation::kLerp,
                                   Interpolation::kSpline};

TEST(LatentPath, EveryInterpolationPassesThroughItsKeyPoints) {
  for (const auto shape : kShapes)
    for (const auto way : kWays) {
      PathOptions made = options({5, 6, 7}, shape);
      made.interpolation = way;
      const LatentPath path(made);
      for (const uint32_t seed : {5u, 6u, 7u}) {
        EXPECT_EQ(path.at(seed - 5), seeded_code(seed, 64));
        EXPECT_LT(distance(path.at(seed - 5 + 1e-6), seeded_code(seed, 64)), 1e-3);
      }
    }
}

TEST(LatentPath, ALineStopsALoopReturnsAndARandomPathGoesOn) {
  const auto path = [](PathShape shape) { return LatentPath(options({5, 9}, shape, 16)); };
  EXPECT_EQ(path(PathShape::kLine).at(7.5), seeded_code(9, 16));
  EXPECT_EQ(path(PathShape::kLoop).at(2), seeded_code(5, 16));
  EXPECT_EQ(path(PathShape::kLoop).at(-1), seeded_code(9, 16));
  EXPECT_EQ(path(PathShape::kRandom).at(3), seeded_code(11, 16));
  EXPECT_EQ(path(PathShape::kRandom).at(-2), seeded_code(5, 16));
}

TEST(LatentPath, ASplineHasNoCorners) {
  PathOptions made = options({1, 2, 3, 4}, PathShape::kLoop, 128);
  made.interpolation = Interpolation::kSpline;
  const LatentPath path(made);
  for (const double key : {0.0, 1.0, 2.0, 3.0}) {
    const Code before = path.at(key - 1e-3), at = path.at(key), after = path.at(key + 1e-3);
    double cosine = 0, a = 0, b = 0;
    for (size_t i = 0; i < at.size(); ++i) {
      const double in = at[i] - before[i], out = after[i] - at[i];
      cosine += in * out;
      a += in * in;
      b += out * out;
    }
    EXPECT_GT(cosine / std::sqrt(a * b), 0.99) << key;
  }
}

TEST(LatentPath, LabelsGoStraightFromClassToClass) {
  PathOptions made = options({1}, PathShape::kLoop, 8);
  made.labels = {2, 0, 1};
  const LatentPath path(made);
  EXPECT_EQ(path.count(), 3);
  EXPECT_EQ(path.at(1.5), seeded_code(1, 8));
  EXPECT_EQ(path.label_at(0, 4), (std::vector<float>{0, 0, 1, 0}));
  EXPECT_EQ(path.label_at(0.25, 4), (std::vector<float>{0.25f, 0, 0.75f, 0}));
  EXPECT_EQ(path.label_at(2.5, 4), (std::vector<float>{0, 0.5f, 0.5f, 0}));
  EXPECT_EQ(path.label_at(3, 4), path.label_at(0, 4));
  EXPECT_EQ(LatentPath(options({1}, PathShape::kLoop)).label_at(0.5, 2), (std::vector<float>(2)));
}

TEST(LatentPath, TheShorterOfKeyPointsAndLabelsIsRepeated) {
  PathOptions made = options({1, 2, 3, 4, 5}, PathShape::kLine, 8);
  made.labels = {0, 1};
  const LatentPath path(made);
  EXPECT_EQ(path.count(), 5);
  EXPECT_EQ(path.label_at(3, 2), (std::vector<float>{0, 1}));
  EXPECT_EQ(path.label_at(9, 2), (std::vector<float>{1, 0}));
}

TEST(LatentPath, PositionWinsOverPeriodAndPeriodOverSpeed) {
  PathOptions made = options({1, 2, 3, 4}, PathShape::kLoop);
  EXPECT_EQ(LatentPath(made).position({-1, 0.5}, 60, 2.0), 1.0);
  EXPECT_EQ(LatentPath(made).position({2.5, 0.5}, 60, 2.0), 2.5);
  made.period = 80;
  EXPECT_EQ(LatentPath(made).position({-1, 0.5}, 80, 2.0), 0.0);
  EXPECT_EQ(LatentPath(made).position({0, 0.5}, 60, 2.0), 0.0);
}

// Distances from each frame of a round to the next, the last to the first too.
std::vector<double> steps(const LatentPath& path, int period) {
  std::vector<double> lengths;
  for (int64_t frame = 0; frame < period; ++frame)
    lengths.push_back(distance(path.at(path.position({}, frame, 0)),
                               path.at(path.position({}, (frame + 1) % period, 0))));
  return lengths;
}

TEST(LatentPath, ALoopsLastStepIsAsLongAsAnyOther) {
  for (const auto way : kWays)
    for (const uint32_t first : {0u, 100u, 4000u}) {
      PathOptions made = options({first, first + 1, first + 5, first + 2, first + 9, first + 3},
                                 PathShape::kLoop, 100);
      made.interpolation = way;
      made.period = 300;
      const auto lengths = steps(LatentPath(made), 300);
      const double last = lengths.back();
      const auto [least, most] = std::ranges::minmax(lengths);
      EXPECT_GT(least, 0.95 * last) << static_cast<int>(way) << " " << first;
      EXPECT_LT(most, 1.05 * last) << static_cast<int>(way) << " " << first;
    }
}

TEST(LatentPath, ALoopOfAPeriodRepeatsBitForBitAndShowsEveryKeyPoint) {
  PathOptions made = options({3, 4, 5}, PathShape::kLoop);
  made.period = 100;
  const LatentPath path(made);
  std::vector<double> positions;
  for (int64_t frame = 0; frame < 100; ++frame) {
    positions.push_back(path.position({}, frame, 0));
    EXPECT_EQ(path.position({}, frame + 100, 0), positions.back());
    EXPECT_EQ(path.position({}, frame + 100'000'000, 0), positions.back());
  }
  EXPECT_TRUE(std::ranges::is_sorted(positions));
  for (const double key : {0.0, 1.0, 2.0}) EXPECT_EQ(std::ranges::count(positions, key), 1) << key;
}

TEST(LatentPath, ALineOfAPeriodEndsOnItsLastKeyPoint) {
  PathOptions made = options({3, 4, 5}, PathShape::kLine);
  made.period = 50;
  const LatentPath path(made);
  EXPECT_EQ(path.position({}, 0, 0), 0.0);
  EXPECT_LT(path.position({}, 48, 0), 2.0);
  EXPECT_EQ(path.position({}, 49, 0), 2.0);
  EXPECT_EQ(path.position({}, 1000, 0), 2.0);
}

TEST(LatentPath, APeriodOfOddPathsIsHarmless) {
  for (const auto shape : kShapes)
    for (const int period : {1, 2, 3, 1000})
      for (const auto& seeds : {std::vector<uint32_t>{1}, {1, 1}, {1, 1, 2}, {1, 2, 3, 4, 5}}) {
        PathOptions made = options(seeds, shape, 4);
        made.period = period;
        const LatentPath path(made);
        for (int64_t frame = 0; frame < 12; ++frame) {
          const double position = path.position({}, frame, 0.1 * static_cast<double>(frame));
          EXPECT_TRUE(position >= 0 && position <= static_cast<double>(seeds.size()) + 1);
          EXPECT_EQ(path.at(position).size(), 4u);
        }
      }
}

TEST(LatentPath, WantsAKeyPoint) {
  EXPECT_THROW(path_of_seeds({}, 4), Error);
  EXPECT_THROW(LatentPath(PathOptions{}), Error);
}

}  // namespace
}  // namespace gan
