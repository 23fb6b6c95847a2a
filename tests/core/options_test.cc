// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/options.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/json.h"

namespace gan {
namespace {

struct Sample : Options {
  int count = 3;
  double rate = 0.5;
  bool fast = false;
  std::string kind = "round";
  std::string path;
  void visit(OptionVisitor& v) override {
    v.integer("count", count, 1, 10, "how many");
    v.real("rate", rate, 0, 1, "how quick");
    v.flag("fast", fast, "");
    v.text("kind", kind, "round|square", "");
    v.text("path", path, "", "");
  }
};

std::string message(const OptionValues& values) {
  Sample sample;
  try {
    read_options(sample, values, "sample");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kSettings);
    return error.what();
  }
  return "";
}

TEST(Options, ReadWhatTheyWrite) {
  Sample written, read;
  written.count = 7;
  written.rate = 0.1;
  written.fast = true;
  written.kind = "square";
  written.path = "a \"b\"\\\n";
  read_options(read, options_from_json(options_to_json(written), "test"), "sample");
  EXPECT_EQ(write_options(read), write_options(written));
  EXPECT_EQ(read.rate, 0.1);
  EXPECT_EQ(read.path, written.path);
}

TEST(Options, NameTheNearestKnownKey) {
  EXPECT_EQ(message({{"cuont", "3"}}), "sample: unknown option \"cuont\"; did you mean \"count\"?");
  EXPECT_EQ(message({{"zzzzzzzzzz", "3"}}), "sample: unknown option \"zzzzzzzzzz\"");
}

TEST(Options, SayTheRangeAndTheValue) {
  EXPECT_EQ(message({{"count", "11"}}),
            "sample: count must be a whole number from 1 to 10, got \"11\"");
  EXPECT_EQ(message({{"count", "3x"}}),
            "sample: count must be a whole number from 1 to 10, got \"3x\"");
  EXPECT_EQ(message({{"rate", "nan"}}), "sample: rate must be a number from 0 to 1, got \"nan\"");
  EXPECT_EQ(message({{"fast", "maybe"}}), "sample: fast must be true or false, got \"maybe\"");
  EXPECT_EQ(message({{"kind", "oval"}}), "sample: kind must be one of round|square, got \"oval\"");
}

TEST(Options, RefuseNestedJson) {
  EXPECT_THROW(options_from_json("{\"count\": [1]}", "test"), Error);
  EXPECT_THROW(options_from_json("[]", "test"), Error);
}

TEST(Json, RefusesDeepNestingBeforeTheParserSeesIt) {
  const std::string deep = "{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  EXPECT_THROW(JsonDocument(deep, "test"), Error);
  EXPECT_THROW(JsonDocument(std::string(100000, '['), "test"), Error);
  EXPECT_NO_THROW(JsonDocument("{\"a\": \"[[[[\"}", "test"));
}

TEST(Json, NumbersReadBackExactly) {
  for (const double value : {0.1, 1e-300, 123456789.123456789, -0.0, 1 / 3.0})
    EXPECT_EQ(std::strtod(json_number(value).c_str(), nullptr), value);
  EXPECT_EQ(json_number(INFINITY), "\"inf\"");
}

}  // namespace
}  // namespace gan
