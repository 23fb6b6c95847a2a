// SPDX-License-Identifier: LGPL-2.1-or-later
// Small ONNX files, made by hand.
#pragma once

#include "tests/core/checkpoint/pickle_writer.h"

namespace gan::test {

struct OnnxNode {
  std::string type;
  std::vector<std::string> inputs;
};

inline std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
inline std::string field(int number, const std::string& bytes) {
  return varint(static_cast<uint64_t>(number) << 3 | 2) + varint(bytes.size()) + bytes;
}
inline std::string field(int number, uint64_t value) {
  return varint(static_cast<uint64_t>(number) << 3) + varint(value);
}

// A model with these initialisers and nodes.
inline std::string onnx_of(const std::vector<StoredTensor>& tensors,
                           const std::vector<OnnxNode>& nodes) {
  std::string graph;
  for (const auto& node : nodes) {
    std::string message;
    for (const auto& input : node.inputs) message += field(1, input);
    graph += field(1, message + field(4, node.type));
  }
  for (const auto& tensor : tensors) {
    std::string message;
    for (const int64_t side : tensor.shape) message += field(1, static_cast<uint64_t>(side));
    message += field(2, tensor.dtype == Dtype::kF16 ? uint64_t{10} : uint64_t{1});
    graph += field(5, message + field(8, tensor.name) + field(9, tensor.bytes));
  }
  return field(1, uint64_t{8}) + field(2, std::string("test")) + field(7, graph);
}

}  // namespace gan::test
