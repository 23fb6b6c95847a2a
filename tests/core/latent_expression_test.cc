// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent_expression.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace gan {
namespace {

const NamedCodes kVectors = {{"a", {{1, 2, 3}, {}}},
                             {"b", {{10, 0, -2}, {}}},
                             {"smiling_woman", {{4, 4, 4}, {}}},
                             {"mean", {{7, 7, 7}, {}}}};

std::vector<Code> evaluate(std::string_view text) {
  return evaluate_expressions(text, kVectors, 3);
}

TEST(Expression, Computes) {
  const std::pair<const char*, Code> table[] = {{"a", {1, 2, 3}},
                                                {"  a\n", {1, 2, 3}},
                                                {"a + b", {11, 2, 1}},
                                                {"a-b", {-9, 2, 5}},
                                                {"a - b + b", {1, 2, 3}},
                                                {"a - (b + b)", {-19, 2, 7}},
                                                {"smiling_woman - a + b", {13, 2, -1}},
                                                {"2 * a", {2, 4, 6}},
                                                {"a * 2", {2, 4, 6}},
                                                {"a / 4", {0.25f, 0.5f, 0.75f}},
                                                {".5*a + 1.5e0 * b", {15.5f, 1, -1.5f}},
                                                {"2 * (a + b) / 4", {5.5f, 1, 0.5f}},
                                                {"(1 + 2) * a", {3, 6, 9}},
                                                {"-a", {-1, -2, -3}},
                                                {"2 * -a", {-2, -4, -6}},
                                                {"a - -b", {11, 2, 1}},
                                                {"+a", {1, 2, 3}},
                                                {"mean(a, b)", {5.5f, 1, 0.5f}},
                                                {"mean(a, b, smiling_woman)", {5, 2, 5.0f / 3}},
                                                {"mean ( a )", {1, 2, 3}},
                                                {"mean(a + b, 3 * mean(a, a))", {7, 4, 5}},
                                                {"mean", {7, 7, 7}},
                                                {"mean + mean(mean, mean)", {14, 14, 14}},
                                                {"seed(42)", seeded_code(42, 3)},
                                                {"((((a))))", {1, 2, 3}}};
  for (const auto& [text, expected] : table) {
    const auto codes = evaluate(text);
    ASSERT_EQ(codes.size(), 1u) << text;
    for (size_t i = 0; i < 3; ++i) EXPECT_FLOAT_EQ(codes[0][i], expected[i]) << text;
  }
}

TEST(Expression, ANameAloneIsItsVectorBitForBit) {
  NamedCodes vectors;
  for (uint32_t seed = 0; seed < 20; ++seed)
    vectors["v" + std::to_string(seed)] = {seeded_code(seed, 100), {}};
  for (uint32_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(evaluate_expressions("v" + std::to_string(seed), vectors, 100)[0],
              seeded_code(seed, 100));
    EXPECT_EQ(evaluate_expressions("seed(" + std::to_string(seed) + ")", {}, 100)[0],
              seeded_code(seed, 100));
  }
}

TEST(Expression, SeveralStandBetweenSemicolons) {
  const auto codes = evaluate("a; b ;a+b");
  EXPECT_EQ(codes, (std::vector<Code>{{1, 2, 3}, {10, 0, -2}, {11, 2, 1}}));
  EXPECT_TRUE(evaluate("").empty());
  EXPECT_TRUE(evaluate("  ").empty());
}

TEST(Expression, NamesTheColumnOfAMistake) {
  const std::tuple<const char*, const char*, const char*> table[] = {
      {"a + smile", "no vector \"smile\"", "column 5; there are a, b, mean, smiling_woman"},
      {"smile", "no vector", "column 1"},
      {"A", "no vector", "column 1"},
      {"(a + b", "a ) is missing for the ( of column 1", "column 7"},
      {"a; 2 * (a - (b)", "a ) is missing for the ( of column 8", "column 16"},
      {"(a; b)", "a ) is missing for the ( of column 1", "column 3"},
      {"mean(a, b", "a ) is missing for the ( of column 5", "column 10"},
      {"seed(1", "a ) is missing", "column 7"},
      {"(a b)", "wanted an operator or )", "column 4"},
      {"a)", "a ) without its (", "column 2"},
      {"a b", "wanted an operator", "column 3"},
      {"2a", "wanted an operator", "column 2"},
      {"a +", "but it ends", "column 4"},
      {"a; ", "but it ends", "column 4"},
      {";a", "wanted a name, a number or (", "column 1"},
      {"a + * b", "wanted a name, a number or (", "column 5"},
      {"mean()", "wanted a name, a number or (", "column 6"},
      {"mean(a,)", "wanted a name, a number or (", "column 8"},
      {"a * b", "two vectors cannot be multiplied", "column 3"},
      {"2 / a", "a division by a vector", "column 3"},
      {"a / 0", "a division by 0", "column 3"},
      {"a + 2", "a number and a vector cannot be added", "column 3"},
      {"2", "a number where a vector is wanted", "column 1"},
      {"a; 1 + 2", "a number where a vector is wanted", "column 4"},
      {"mean(a, 2)", "a number where a vector is wanted", "column 9"},
      {"sum(a)", "no function \"sum\"", "column 1"},
      {"seed(-1)", "a seed must be a number from 0 to 4294967295", "column 6"},
      {"seed(4294967296)", "a seed must be", "column 6"},
      {"seed(a)", "a seed must be", "column 6"},
      {"1e999 * a", "a number that cannot be read", "column 1"},
      {". * a", "a number that cannot be read", "column 1"},
      {"b; 1e300 * a * 1e300", "numbers too large", "column 4"},
      {"a \xc3\xa9", "wanted an operator", "column 3"}};
  for (const auto& [text, rule, column] : table) try {
      evaluate(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      const std::string said = error.what();
      EXPECT_EQ(error.kind(), ErrorKind::kSettings);
      EXPECT_NE(said.find(rule), std::string::npos) << said;
      EXPECT_NE(said.find(std::string(" at ") + column), std::string::npos) << said;
      EXPECT_TRUE(said.starts_with(std::string("expression \"") + text + "\": ")) << said;
    }
}

TEST(Expression, DepthIsLimited) {
  const auto nested = [](int depth, const char* open) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    return text + "a" + std::string(static_cast<size_t>(depth), ')');
  };
  EXPECT_EQ(evaluate(nested(100, "(")).size(), 1u);
  EXPECT_THROW(evaluate(nested(101, "(")), Error);
  EXPECT_THROW(evaluate(nested(200000, "mean(")), Error);
  EXPECT_EQ(evaluate(std::string(200000, '-') + "a")[0], (Code{1, 2, 3}));
}

}  // namespace
}  // namespace gan
