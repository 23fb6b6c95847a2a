// SPDX-License-Identifier: LGPL-2.1-or-later
// A golden vector of a network: its metadata says which network (`kind`), its arguments (`options`,
// in the original's words) and the tolerance.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>

#include "models/checkpoint.h"
#include "tests/golden/golden.h"

namespace gan::test {

using Words = std::map<std::string, std::string>;

// "dict(num_layers=2, a=b)" or "resnet(width=8,blocks=2-1)": the arguments between the brackets.
inline Words arguments(const std::string& text) {
  Words words;
  const size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return words;
  std::istringstream parts(text.substr(open + 1, close - open - 1));
  for (std::string part; std::getline(parts, part, ',');) {
    std::erase(part, ' ');
    const size_t equals = part.find('=');
    if (equals != std::string::npos) words[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return words;
}

// The options as words: lists are joined by '-', numbers and booleans are as JSON writes them.
inline Words words_of_json(const std::string& json) {
  Words words;
  const JsonDocument document(json, "options");
  JsonObject* const object = document.root();
  const auto text = [](JsonNode* node) -> std::string {
    if (json_node_is_null(node)) return "null";
    if (json_node_get_value_type(node) == G_TYPE_STRING) return json_node_get_string(node);
    g_autofree char* written = json_to_string(node, FALSE);
    return written;
  };
  g_autoptr(GList) names = json_object_get_members(object);
  for (GList* name = names; name; name = name->next) {
    const auto* key = static_cast<const char*>(name->data);
    JsonNode* const node = json_object_get_member(object, key);
    std::string value;
    if (JSON_NODE_HOLDS_ARRAY(node)) {
      JsonArray* const array = json_node_get_array(node);
      for (guint i = 0; i < json_array_get_length(array); ++i)
        value += (i ? "-" : "") + text(json_array_get_element(array, i));
    } else {
      value = text(node);
    }
    words[key] = value;
  }
  return words;
}

class NetworkFile {
 public:
  explicit NetworkFile(const std::string& path)
      : path_(path), name_(std::filesystem::path(path).filename()), file_(open_tensor_file(path)) {}

  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }
  bool says(const char* key) const { return file_.metadata.contains(key); }
  const std::string& metadata(const char* key) const { return file_.metadata.at(key); }
  std::string kind() const { return file_.metadata.at("kind"); }
  Words options() const { return words_of_json(file_.metadata.at("options")); }
  double tolerance() const { return std::strtod(file_.metadata.at("tol").c_str(), nullptr); }

  bool has(const std::string& tensor) const { return file_.find(tensor) != nullptr; }
  torch::Tensor operator[](const std::string& tensor) const {
    const TensorEntry* const entry = file_.find(tensor);
    if (!entry) throw std::runtime_error(name_ + " has no " + tensor);
    return read_tensor(file_, *entry);
  }
  std::vector<std::string> names(const std::string& prefix) const {
    std::vector<std::string> found;
    for (const auto& entry : file_.tensors)
      if (entry.name.starts_with(prefix)) found.push_back(entry.name.substr(prefix.size()));
    return found;
  }

  // Loads weights.* into a module; both must have the same names.
  void load_into(const torch::nn::Module& module) const {
    const auto theirs = names("weights.");
    for (auto& [name, tensor] : state_dict(module)) {
      if (name.ends_with("num_batches_tracked") && !has("weights." + name)) continue;
      ASSERT_TRUE(has("weights." + name)) << name_ << ": the original has no " << name;
      read_tensor(file_, *file_.find("weights." + name), tensor);
    }
    const auto ours = state_dict(module);
    for (const auto& name : theirs)
      EXPECT_TRUE(std::ranges::any_of(ours, [&](const auto& item) { return item.first == name; }))
          << name_ << ": unknown here: " << name;
  }

  void expect(const std::string& tensor, const torch::Tensor& actual) const {
    const auto expected = (*this)[tensor].to(torch::kFloat);
    ASSERT_EQ(actual.numel(), expected.numel()) << name_ << " " << tensor << actual.sizes();
    expect_within(
        name_ + (tensor == "output" ? "" : " " + tensor),
        (actual.to(torch::kFloat).reshape(expected.sizes()) - expected).abs().max().item<double>(),
        tolerance());
  }

 private:
  std::string path_, name_;
  TensorFile file_;
};

}  // namespace gan::test
