// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent_vectors.h"

#include <cmath>

#include "core/checkpoint/atomic_file.h"
#include "core/checkpoint/byte_source.h"
#include "core/error.h"
#include "core/json.h"

namespace gan {
namespace {

constexpr uint64_t kLargestFile = 64 << 20;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

NamedCode read_vector(JsonNode* node, const std::string& what, int length) {
  if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64) {
    const int64_t seed = json_node_get_int(node);
    check(seed >= 0 && seed <= UINT32_MAX, ErrorKind::kWrongType, what,
          ": a seed must be 0 to 4294967295, got ", seed);
    return {seeded_code(static_cast<uint32_t>(seed), length), static_cast<uint32_t>(seed)};
  }
  check(JSON_NODE_HOLDS_ARRAY(node), ErrorKind::kWrongType, what,
        ": wanted a seed or a list of numbers");
  JsonArray* const list = json_node_get_array(node);
  const guint count = json_array_get_length(list);
  check(count == static_cast<guint>(length), ErrorKind::kWrongType, what, ": has ", count,
        " numbers, the network's code has ", length);
  NamedCode vector;
  for (guint i = 0; i < count; ++i) {
    JsonNode* const item = json_array_get_element(list, i);
    const GType type = JSON_NODE_HOLDS_VALUE(item) ? json_node_get_value_type(item) : G_TYPE_NONE;
    check(type == G_TYPE_INT64 || type == G_TYPE_DOUBLE, ErrorKind::kWrongType, what, ": item ",
          i + 1, " is no number");
    vector.code.push_back(static_cast<float>(json_node_get_double(item)));
    check(std::isfinite(vector.code.back()), ErrorKind::kWrongType, what, ": item ", i + 1,
          " is too large");
  }
  return vector;
}

}  // namespace

size_t vector_name_length(std::string_view text) {
  size_t length = 0;
  while (length < text.size() &&
         (is_letter(text[length]) || (length > 0 && text[length] >= '0' && text[length] <= '9')))
    ++length;
  return length;
}

bool is_vector_name(std::string_view text) {
  return !text.empty() && vector_name_length(text) == text.size();
}

NamedCodes read_vectors(const std::string& path, int length) {
  const auto file = open_file(path);
  check(file->size() <= kLargestFile, ErrorKind::kWrongType, path, ": is larger than 64 MiB");
  const JsonDocument document(file->read_text(0, file->size()), path);
  NamedCodes vectors;
  GList* const names = json_object_get_members(document.root());
  const std::unique_ptr<GList, decltype(&g_list_free)> owned(names, g_list_free);
  for (GList* item = names; item; item = item->next) {
    const std::string name = static_cast<const char*>(item->data);
    check(is_vector_name(name), ErrorKind::kWrongType, path, ": the name \"", name,
          "\" must be a letter or _, then letters, digits or _");
    JsonNode* const node = json_object_get_member(document.root(), name.c_str());
    vectors[name] = read_vector(node, concat(path, ": vector ", name), length);
  }
  return vectors;
}

void write_vectors(const std::string& path, const NamedCodes& vectors) {
  std::string text;
  for (const auto& [name, vector] : vectors) {
    text += (text.empty() ? "{\n  " : ",\n  ") + json_quote(name) + ": ";
    if (vector.seed) {
      text += std::to_string(*vector.seed);
      continue;
    }
    for (size_t i = 0; i < vector.code.size(); ++i)
      text += (i ? ", " : "[") + json_number(double{vector.code[i]});
    text += "]";
  }
  write_text_file(path, text.empty() ? "{}\n" : text + "\n}\n");
}

}  // namespace gan
