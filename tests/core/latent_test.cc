// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace gan {
namespace {

double norm(const Code& code) {
  double sum = 0;
  for (const float value : code) sum += double{value} * value;
  return std::sqrt(sum);
}

double distance(const Code& a, const Code& b) {
  Code difference(a.size());
  for (size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  return norm(difference);
}

// What numpy prints of RandomState(seed).randn(5).
TEST(SeededCode, IsNumpys) {
  const std::pair<uint32_t, std::vector<double>> printed[] = {
      {0, {1.76405235, 0.40015721, 0.97873798, 2.2408932, 1.86755799}},
      {1, {1.62434536, -0.61175641, -0.52817175, -1.07296862, 0.86540763}},
      {42, {0.49671415, -0.1382643, 0.64768854, 1.52302986, -0.23415337}}};
  for (const auto& [seed, values] : printed) {
    const Code code = seeded_code(seed, 5);
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(code[i], values[i], 1e-7) << seed;
  }
}

TEST(ParseSeeds, TakesNumbersAndRanges) {
  EXPECT_EQ(parse_seeds("7"), (std::vector<uint32_t>{7}));
  EXPECT_EQ(parse_seeds(" 3,1 , 8-11 "), (std::vector<uint32_t>{3, 1, 8, 9, 10, 11}));
  EXPECT_EQ(parse_seeds("4294967295-4294967295"), (std::vector<uint32_t>{4294967295}));
}

TEST(ParseSeeds, NamesTheColumnOfAMistake) {
  for (const auto& [text, column] : {std::pair("", "column 1"),
                                     {"1,", "column 3"},
                                     {"1 2", "column 3"},
                                     {"5-3", "column 4"},
                                     {"x", "column 1"},
                                     {"1,4294967296", "column 3"},
                                     {"-1", "column 1"},
                                     {"0-100000", "column 9"}})
    try {
      parse_seeds(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kSettings);
      EXPECT_NE(std::string(error.what()).find(column), std::string::npos) << error.what();
    }
}

TEST(Slerp, RunsAlongTheCircle) {
  const Code x = {1, 0}, y = {0, 1};
  for (const double t : {0.0, 0.25, 0.5, 1.0, 1.5}) {
    const Code code = slerp(x, y, t);
    EXPECT_NEAR(code[0], std::cos(t * M_PI / 2), 1e-6);
    EXPECT_NEAR(code[1], std::sin(t * M_PI / 2), 1e-6);
  }
  // The weights work on the codes themselves, so the ends keep their norms.
  EXPECT_NEAR(norm(slerp({2, 0}, {0, 4}, 1)), 4, 1e-6);
  EXPECT_EQ(slerp({1, 2}, {1, 2}, 0.3), lerp({1, 2}, {1, 2}, 0.3));
  EXPECT_EQ(slerp({0, 0}, {1, 2}, 0.5), (Code{0.5f, 1}));
}

TEST(LatentPath, EveryInterpolationPassesThroughItsKeyPoints) {
  for (const auto shape : {PathShape::kLine, PathShape::kLoop, PathShape::kRandom})
    for (const auto way : {Interpolation::kSlerp, Interpolation::kLerp, Interpolation::kSpline}) {
      const LatentPath path({{5, 6, 7}, shape, way}, 64);
      for (const uint32_t seed : {5u, 6u, 7u}) {
        EXPECT_EQ(path.at(seed - 5), seeded_code(seed, 64));
        EXPECT_LT(distance(path.at(seed - 5 + 1e-6), seeded_code(seed, 64)), 1e-3);
      }
    }
}

TEST(LatentPath, ALineStopsALoopReturnsAndARandomPathGoesOn) {
  const auto path = [](PathShape shape) {
    return LatentPath({{5, 9}, shape, Interpolation::kSlerp}, 16);
  };
  EXPECT_EQ(path(PathShape::kLine).at(7.5), seeded_code(9, 16));
  EXPECT_EQ(path(PathShape::kLoop).at(2), seeded_code(5, 16));
  EXPECT_EQ(path(PathShape::kLoop).at(-1), seeded_code(9, 16));
  EXPECT_EQ(path(PathShape::kRandom).at(3), seeded_code(11, 16));
  EXPECT_EQ(path(PathShape::kRandom).at(-2), seeded_code(5, 16));
}

TEST(LatentPath, ASplineHasNoCorners) {
  const LatentPath path({{1, 2, 3, 4}, PathShape::kLoop, Interpolation::kSpline}, 128);
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

}  // namespace
}  // namespace gan
