// SPDX-License-Identifier: LGPL-2.1-or-later
// A trace becomes an ONNX graph, operator by operator: what the translations of operators share.
#pragma once

#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/checkpoint/onnx_writer.h"
#include "training/export/trace.h"

namespace gan::training {

class OnnxBuilder {
 public:
  using Names = std::vector<std::string>;
  using Attributes = std::vector<OnnxAttribute>;
  using State = std::vector<std::pair<std::string, torch::Tensor>>;

  // state: the network's, whose names its tensors keep; borrowed.
  explicit OnnxBuilder(const State& state);

  // A node with one output, or several, which it returns.
  std::string add(const char* type, Names inputs, Attributes attributes = {});
  Names add(const char* type, Names inputs, Attributes attributes, size_t outputs);

  std::string name(const Traced& tensor);  // of a value, or of a constant, which becomes a weight
  std::string constant(const torch::Tensor& tensor);  // doubles become floats
  // Of PReLU: {C, 1, 1}, because ONNX lines up last axes; {1} for one.
  std::string slopes(const torch::Tensor& slopes, size_t axes_after);
  std::string integers(const std::vector<int64_t>& values);  // {values}
  std::string number(double value);                          // {}
  // The n-th argument: a tensor or a number.
  std::string operand(const TracedOperator& op, size_t place);

  void bind(const Traced& result, const std::string& name) { names_[result.value] = name; }
  // For what has no translation here, or none at this size: the reason, of which the first is kept.
  void refuse(const std::string& why) {
    if (refusal_.empty()) refusal_ = why;
  }
  const std::string& refusal() const { return refusal_; }

  // The graph, once all operators are translated; the builder owns its weights.
  OnnxGraph finish(const Trace& trace, const Names& input_sides, const Names& output_sides);
  // Whether all that the file of a network holds is in the graph, under its own names.
  bool complete() const { return complete_; }

 private:
  std::string weight(const torch::Tensor& tensor, const std::string& own_name);

  const State& state_;
  std::unordered_map<const void*, size_t> places_;  // of the state, by data
  std::unordered_map<int, std::string> names_;      // of values
  std::unordered_multimap<size_t, size_t> hashes_;  // of weights
  std::map<const void*, std::string> known_;        // constants that were seen, by tensor
  std::vector<torch::Tensor> kept_;                 // weights' bytes, and constants that were seen
  OnnxGraph graph_;
  std::string refusal_;
  int count_ = 0;
  bool complete_ = true;
};

using OnnxTranslation = void (*)(OnnxBuilder& builder, const TracedOperator& op);
struct OnnxOperator {
  std::string_view name;
  OnnxTranslation translate;
};
std::span<const OnnxOperator> onnx_arithmetic();
std::span<const OnnxOperator> onnx_layers();
std::span<const OnnxOperator> onnx_shapes();

}  // namespace gan::training
