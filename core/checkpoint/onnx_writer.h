// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes ONNX models: a graph of nodes of the standard operators, and its weights.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/checkpoint/safetensors.h"

namespace gan {

struct OnnxAttribute {
  std::string name;
  std::variant<int64_t, float, std::string, std::vector<int64_t>> value;
  bool operator==(const OnnxAttribute&) const = default;
};

struct OnnxNode {
  std::string type;
  std::vector<std::string> inputs;   // "" where an optional one is left out
  std::vector<std::string> outputs;  // each has one node
  std::vector<OnnxAttribute> attributes;
  bool operator==(const OnnxNode&) const = default;
};

struct OnnxValue {
  std::string name;
  std::vector<std::string> sides;  // numbers, or names of what may be any
};

struct OnnxGraph {
  std::vector<OnnxValue> inputs, outputs;  // of floats
  std::vector<OnnxNode> nodes;             // each after those whose outputs it takes
  std::vector<TensorToWrite> weights;
  std::map<std::string, std::string> metadata;
  std::string description;  // for people
};

inline constexpr int kOnnxOperators = 17;  // the version of the operators' definitions

// Replaces `path` whole or not at all. Throws Error: kUnwritable; kFailed for weights of 2 GiB or
// more, which no message may have.
void write_onnx(const std::string& path, const OnnxGraph& graph);

}  // namespace gan
