// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/export/onnx_builder.h"

#include <algorithm>

namespace gan::training {
namespace {

std::string_view bytes_of(const torch::Tensor& tensor) {
  return {static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()};
}

Dtype dtype_of(const torch::Tensor& tensor) {
  return tensor.scalar_type() == at::kLong   ? Dtype::kI64
         : tensor.scalar_type() == at::kBool ? Dtype::kBool
                                             : Dtype::kF32;
}

}  // namespace

OnnxBuilder::OnnxBuilder(const State& state) : state_(state) {
  for (size_t i = 0; i < state.size(); ++i)
    if (state[i].second.is_floating_point()) places_.emplace(state[i].second.data_ptr(), i);
}

OnnxBuilder::Names OnnxBuilder::add(const char* type, Names inputs, Attributes attributes,
                                    size_t outputs) {
  Names names;
  for (size_t i = 0; i < outputs; ++i) names.push_back("v" + std::to_string(++count_));
  graph_.nodes.push_back({type, std::move(inputs), names, std::move(attributes)});
  return names;
}

std::string OnnxBuilder::add(const char* type, Names inputs, Attributes attributes) {
  return add(type, std::move(inputs), std::move(attributes), 1)[0];
}

std::string OnnxBuilder::name(const Traced& tensor) {
  return tensor.value >= 0 ? names_[tensor.value] : constant(tensor.constant);
}

std::string OnnxBuilder::constant(const torch::Tensor& tensor) {
  const void* const impl = tensor.unsafeGetTensorImpl();
  if (const auto known = known_.find(impl); known != known_.end()) return known->second;
  kept_.push_back(tensor);  // so that no other takes its address
  const auto place = places_.find(tensor.data_ptr());
  if (place == places_.end()) return known_[impl] = weight(tensor, "");
  const auto& [own_name, own] = state_[place->second];
  if (tensor.is_contiguous() && tensor.sizes() == own.sizes())
    return known_[impl] = weight(tensor, own_name);
  // Of a linear layer: written as it is in the state.
  if (own.dim() == 2 && tensor.dim() == 2 && tensor.t().is_contiguous() &&
      tensor.t().sizes() == own.sizes())
    return known_[impl] =
               add("Transpose", {weight(own, own_name)}, {{"perm", std::vector<int64_t>{1, 0}}});
  return known_[impl] = weight(tensor, "");
}

std::string OnnxBuilder::slopes(const torch::Tensor& slopes, size_t axes_after) {
  std::vector<int64_t> shape = {slopes.numel()};
  if (slopes.numel() > 1) shape.resize(1 + axes_after, 1);
  const auto place = places_.find(slopes.data_ptr());
  return weight(slopes.reshape(shape), place == places_.end() ? "" : state_[place->second].first);
}

std::string OnnxBuilder::integers(const std::vector<int64_t>& values) {
  return weight(torch::tensor(values, at::kLong), "");
}

std::string OnnxBuilder::number(double value) { return weight(torch::full({}, value), ""); }

std::string OnnxBuilder::operand(const TracedOperator& op, size_t place) {
  const Traced tensor = op.tensor(place);
  return tensor.defined() ? name(tensor) : number(op.number(place));
}

// Equal constants are written once.
std::string OnnxBuilder::weight(const torch::Tensor& tensor, const std::string& own_name) {
  const auto written = (tensor.is_floating_point() ? tensor.to(at::kFloat) : tensor).contiguous();
  const size_t hash = std::hash<std::string_view>()(bytes_of(written));
  const auto [first, last] = hashes_.equal_range(hash);
  for (auto found = first; found != last; ++found) {
    const TensorToWrite& other = graph_.weights[found->second];
    const bool same_name =
        own_name.empty() ? other.name.find('.') == std::string::npos : other.name == own_name;
    if (same_name && other.dtype == dtype_of(written) && other.shape == written.sizes() &&
        std::ranges::equal(other.bytes, std::as_bytes(std::span(bytes_of(written)))))
      return other.name;
  }
  const std::string name =
      own_name.empty() ? "c" + std::to_string(graph_.weights.size()) : own_name;
  hashes_.emplace(hash, graph_.weights.size());
  kept_.push_back(written);
  graph_.weights.push_back({name, dtype_of(written), written.sizes().vec(),
                            std::as_bytes(std::span(bytes_of(written)))});
  return name;
}

OnnxGraph OnnxBuilder::finish(const Trace& trace, const Names& input_sides,
                              const Names& output_sides) {
  graph_.inputs = {{names_[trace.input.value], input_sides}};
  graph_.nodes.push_back({"Identity", {name(trace.output)}, {"output"}, {}});
  graph_.outputs = {{"output", output_sides}};
  for (const auto& [own_name, tensor] : state_)
    complete_ = complete_ && (!tensor.is_floating_point() ||
                              std::ranges::any_of(graph_.weights, [&](const auto& weight) {
                                return weight.name == own_name;
                              }));
  // Where some are computed from others, as SPAN's are, a reader goes by their places alone: names
  // of a part of them would mislead it.
  if (!complete_) {
    const auto plain = [](std::string& name) { std::ranges::replace(name, '.', '_'); };
    for (auto& weight : graph_.weights) plain(weight.name);
    for (auto& node : graph_.nodes) std::ranges::for_each(node.inputs, plain);
  }
  return std::move(graph_);
}

}  // namespace gan::training
