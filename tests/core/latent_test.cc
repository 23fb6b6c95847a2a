// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/core/code_distance.h"
#include "tests/golden/golden.h"

namespace gan {
namespace {

using test::distance;
using test::norm;

// Every number, bit for bit, of vectors that numpy itself wrote (tests/golden/numpy_randn.py).
TEST(SeededCode, EqualsNumpysRandomState) {
  const std::string path = std::string(GAN_TESTS) + "/golden/numpy_randn.json";
  const JsonDocument document(test::read_text(path), path);
  GList* const seeds = json_object_get_members(document.root());
  EXPECT_EQ(g_list_length(seeds), 9u);
  for (GList* item = seeds; item; item = item->next) {
    const auto* const seed = static_cast<const char*>(item->data);
    JsonArray* const numbers = json_object_get_array_member(document.root(), seed);
    const int length = static_cast<int>(json_array_get_length(numbers));
    const Code code = seeded_code(static_cast<uint32_t>(std::stoul(seed)), length);
    for (int i = 0; i < length; ++i)
      EXPECT_EQ(code[i], static_cast<float>(json_array_get_double_element(numbers, i)))
          << "seed " << seed << ", number " << i;
  }
  g_list_free(seeds);
}

TEST(SeededCode, OfFewerNumbersIsTheBeginningOfOneOfMore) {
  const Code longer = seeded_code(7, 512), shorter = seeded_code(7, 99);
  EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), longer.begin()));
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
      parse_seeds(text, "label-path");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kSettings);
      EXPECT_TRUE(std::string(error.what()).starts_with("label-path \"")) << error.what();
      EXPECT_NE(std::string(error.what()).find(column), std::string::npos) << error.what();
    }
}

TEST(Lerp, IsTheStraightLine) {
  EXPECT_EQ(lerp({1, -2}, {3, 4}, 0.25), (Code{1.5f, -0.5f}));
  EXPECT_EQ(lerp({1, -2}, {3, 4}, 0), (Code{1, -2}));
  EXPECT_EQ(lerp({1, -2}, {3, 4}, 1), (Code{3, 4}));
  EXPECT_EQ(lerp({0, 0}, {1, 2}, 2), (Code{2, 4}));
}

// In the plane the great circle is the circle: angles move evenly.
TEST(Slerp, RunsAlongTheCircle) {
  const auto at = [](double angle) {
    return Code{static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  };
  for (const double first : {0.0, 1.0, -2.5})
    for (const double angle : {0.01, 1.0, M_PI / 2, 3.0})
      for (const double t : {0.0, 0.25, 0.5, 1.0, 1.5, -0.5})
        EXPECT_LT(distance(slerp(at(first), at(first + angle), t), at(first + t * angle)), 2e-5)
            << first << " " << angle << " " << t;
}

TEST(Slerp, WorksOnTheCodesThemselves) {
  // Weights sin(30 degrees) / sin(90 degrees) and sin(60 degrees) / sin(90 degrees).
  const Code code = slerp({2, 0}, {0, 4}, 2.0 / 3);
  EXPECT_NEAR(code[0], 2 * 0.5, 1e-6);
  EXPECT_NEAR(code[1], 4 * std::sqrt(0.75), 1e-6);
}

TEST(Slerp, IsLerpWhereThereIsNoAngle) {
  EXPECT_EQ(slerp({1, 2}, {1, 2}, 0.3), lerp({1, 2}, {1, 2}, 0.3));
  EXPECT_EQ(slerp({1, 2}, {2, 4}, 0.3), lerp({1, 2}, {2, 4}, 0.3));
  EXPECT_EQ(slerp({0, 0}, {1, 2}, 0.5), (Code{0.5f, 1}));
  EXPECT_EQ(slerp({1, 0}, {-1, 0}, 0.25), (Code{0.5f, 0}));
}

// On a circle, where great circles are arcs, the spline is Catmull and Rom's of the angles, whose
// closed form is a cubic.
TEST(Spline, IsTheCubicOfCatmullAndRomOnACircle) {
  const double angles[][4] = {{0, 0.4, 0.9, 1.2}, {0, 0.5, 1, 1.5}, {0.3, 0, 0.2, -0.4}};
  for (const auto& a : angles) {
    Code keys[4];
    for (int i = 0; i < 4; ++i)
      keys[i] = {static_cast<float>(3 * std::cos(a[i])), static_cast<float>(3 * std::sin(a[i]))};
    for (const double t : {0.0, 0.1, 0.5, 0.8, 0.999, 1.0}) {
      const double angle =
          0.5 * (2 * a[1] + (a[2] - a[0]) * t + (2 * a[0] - 5 * a[1] + 4 * a[2] - a[3]) * t * t +
                 (3 * a[1] - a[0] - 3 * a[2] + a[3]) * t * t * t);
      const Code code = spline(keys, t);
      EXPECT_NEAR(code[0], 3 * std::cos(angle), 2e-6) << t;
      EXPECT_NEAR(code[1], 3 * std::sin(angle), 2e-6) << t;
    }
  }
}

TEST(Spline, StaysOnTheSphere) {
  Code keys[4];
  for (uint32_t i = 0; i < 4; ++i) {
    keys[i] = seeded_code(i, 64);
    const double length = norm(keys[i]);
    for (float& value : keys[i]) value = static_cast<float>(value / length);
  }
  for (double t = 0; t <= 1; t += 0.05) EXPECT_NEAR(norm(spline(keys, t)), 1, 1e-6) << t;
}

}  // namespace
}  // namespace gan
