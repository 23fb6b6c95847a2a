// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent_vectors.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan {
namespace {

class Vectors : public testing::Test {
 protected:
  NamedCodes read(const std::string& text) {
    scratch_.write("vectors.json", text);
    return read_vectors(scratch_.file("vectors.json"), 3);
  }
  test::Scratch scratch_;
};

TEST_F(Vectors, AreSeedsOrLists) {
  const NamedCodes vectors = read(R"({"man": 17, "_smile2": [1, -0.5, 2e-3], "last": 4294967295})");
  ASSERT_EQ(vectors.size(), 3u);
  EXPECT_EQ(vectors.at("man").code, seeded_code(17, 3));
  EXPECT_EQ(vectors.at("man").seed, 17u);
  EXPECT_EQ(vectors.at("_smile2").code, (Code{1, -0.5f, 2e-3f}));
  EXPECT_FALSE(vectors.at("_smile2").seed);
  EXPECT_EQ(vectors.at("last").code, seeded_code(4294967295, 3));
  EXPECT_TRUE(read("{}").empty());
}

TEST_F(Vectors, ReadBackAsTheyWereWritten) {
  const NamedCodes written = {{"a", {seeded_code(5, 3), {}}},
                              {"b", {seeded_code(6, 3), 6}},
                              {"c", {{1e-38f, 3.4e38f, 0.1f}, {}}}};
  write_vectors(scratch_.file("out.json"), written);
  const NamedCodes back = read_vectors(scratch_.file("out.json"), 3);
  ASSERT_EQ(back.size(), 3u);
  for (const auto& [name, vector] : written) {
    EXPECT_EQ(back.at(name).code, vector.code) << name;
    EXPECT_EQ(back.at(name).seed, vector.seed) << name;
  }
  write_vectors(scratch_.file("none.json"), {});
  EXPECT_TRUE(read_vectors(scratch_.file("none.json"), 3).empty());
}

TEST_F(Vectors, SayWhatIsWrongWithAFile) {
  const std::pair<const char*, const char*> table[] = {
      {"", "empty"},
      {"[1]", "must be an object"},
      {"{\"a\": ", "not valid JSON"},
      {R"({"a": -1})", "vector a: a seed must be 0 to 4294967295, got -1"},
      {R"({"a": 4294967296})", "a seed must be"},
      {R"({"a": 1.5})", "vector a: wanted a seed or a list of numbers"},
      {R"({"a": "x"})", "wanted a seed or a list"},
      {R"({"a": null})", "wanted a seed or a list"},
      {R"({"a": {}})", "wanted a seed or a list"},
      {R"({"b": [1, 2]})", "vector b: has 2 numbers, the network's code has 3"},
      {R"({"b": [1, 2, "3"]})", "vector b: item 3 is no number"},
      {R"({"b": [1, 2, [3]]})", "item 3 is no number"},
      {R"({"b": [1, 1e39, 2]})", "item 2 is too large"},
      {R"({"smile-2": 1})", "the name \"smile-2\" must be a letter"},
      {R"({"2": 1})", "the name \"2\""},
      {R"({"": 1})", "the name \"\""}};
  for (const auto& [text, rule] : table) try {
      read(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kWrongType) << text;
      EXPECT_NE(std::string(error.what()).find(rule), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("vectors.json"), std::string::npos) << error.what();
    }
  EXPECT_THROW(read_vectors(scratch_.file("nowhere.json"), 3), Error);
}

}  // namespace
}  // namespace gan
