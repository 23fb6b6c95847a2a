// SPDX-License-Identifier: LGPL-2.1-or-later
// Golden vectors: values computed by the original implementations. The folder is named by the
// variable GAN_GOLDEN, data sets and clips by GAN_DATA; without them those tests are skipped.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/checkpoint/tensor_file.h"
#include "core/error.h"
#include "core/json.h"
#include "core/picture.h"

namespace gan::test {

inline std::string folder_of(const char* variable) {
  const char* const folder = std::getenv(variable);
  return folder ? folder : "";
}

#define GAN_NEEDS(variable)                                            \
  if (::gan::test::folder_of(variable).empty())                        \
  GTEST_SKIP() << variable << " is not set to the folder of the test " \
               << (std::string(variable) == "GAN_DATA" ? "data" : "vectors")

inline std::string golden(const std::string& name) { return folder_of("GAN_GOLDEN") + "/" + name; }
inline std::string data(const std::string& name) { return folder_of("GAN_DATA") + "/" + name; }

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// {1, C, H, W} of F32 or U8 as an interleaved picture.
inline Picture picture_from(const TensorFile& file, const std::string& name) {
  const TensorEntry* const entry = file.find(name);
  if (!entry || entry->shape.size() != 4 || entry->shape[0] != 1)
    throw std::runtime_error("no picture " + name);
  const auto channels = static_cast<int>(entry->shape[1]);
  Picture picture({static_cast<int>(entry->shape[3]), static_cast<int>(entry->shape[2])}, channels);
  std::vector<std::byte> bytes(static_cast<size_t>(entry->extent()) * item_size(entry->dtype));
  file.read(*entry, bytes);
  const size_t area = static_cast<size_t>(picture.size.area());
  for (size_t i = 0; i < area * channels; ++i) {
    const float value = entry->dtype == Dtype::kU8
                            ? std::to_integer<uint8_t>(bytes[i])
                            : reinterpret_cast<const float*>(bytes.data())[i];
    picture.values[i % area * channels + i / area] = value;
  }
  return picture;
}

inline double largest_difference(const Picture& a, const Picture& b) {
  if (!(a.size == b.size) || a.channels != b.channels) return INFINITY;
  double largest = 0;
  for (size_t i = 0; i < a.values.size(); ++i)
    largest = std::max(largest, std::abs(double{a.values[i]} - b.values[i]));
  return largest;
}

// One line a vector, and the assertion.
inline void expect_within(const std::string& what, double difference, double tolerance) {
  std::printf("golden  %-58s  difference %.3g  tolerance %.3g\n", what.c_str(), difference,
              tolerance);
  EXPECT_LE(difference, tolerance) << what;
}

inline double number(JsonObject* object, const std::string& key) {
  JsonNode* const node = json_object_get_member(object, key.c_str());
  if (!node) throw std::runtime_error("no " + key);
  if (json_node_get_value_type(node) == G_TYPE_STRING) return INFINITY;  // "inf"
  return json_node_get_double(node);
}

// function(name, object) for each member of a JSON object that is one itself.
template <class Function>
void each_member(JsonObject* object, const Function& function) {
  JsonObjectIter iter;
  const char* name;
  JsonNode* node;
  json_object_iter_init(&iter, object);
  while (json_object_iter_next(&iter, &name, &node))
    function(std::string(name), json_node_get_object(node));
}

}  // namespace gan::test
