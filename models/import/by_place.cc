// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/import/by_place.h"

#include <algorithm>

#include "models/import/recognisers.h"

namespace gan::import {
namespace {

std::string place(size_t layer) { return "layer." + text(static_cast<int64_t>(layer)); }

class Graph {
 public:
  explicit Graph(const TensorFile& file) : file_(file) {
    while (file.find(place(shapes_.size()) + ".weight"))
      shapes_.push_back(file.find(place(shapes_.size()) + ".weight")->shape);
  }
  size_t size() const { return shapes_.size(); }
  // {out, in, height, width} of a convolution, or one number of a PReLU.
  const std::vector<int64_t>& shape(size_t layer) const { return shapes_[layer]; }
  bool is_conv(size_t layer, int64_t kernel) const {
    const auto& sizes = shapes_[layer];
    return sizes.size() == 4 && sizes[2] == kernel && sizes[3] == kernel;
  }
  int64_t out(size_t layer) const { return shapes_[layer][0]; }
  int64_t in(size_t layer) const { return shapes_[layer][1]; }
  bool all_convs() const {
    return std::ranges::all_of(shapes_, [](const auto& sizes) { return sizes.size() == 4; });
  }
  int resizes() const { return operators({"Interp", "Resize", "Upsample"}); }
  int operators(std::initializer_list<const char*> types) const {
    int count = 0;
    for (const char* type : types)
      if (const auto found = file_.operators.find(type); found != file_.operators.end())
        count += found->second;
    return count;
  }

 private:
  const TensorFile& file_;
  std::vector<std::vector<int64_t>> shapes_;
};

using Names = std::vector<std::string>;

std::optional<Names> compact_names(const Graph& graph) {
  if (graph.size() < 5 || graph.size() % 2 == 0) return {};
  for (size_t i = 0; i < graph.size(); ++i)
    if (i % 2 ? graph.shape(i).size() != 1 : !graph.is_conv(i, 3)) return {};
  // One addition of the enlarged picture, and perhaps a resize at the end, as those of ncnn for
  // x2 and x3 have: what else is there belongs to another network.
  if (graph.operators({"PixelShuffle", "DepthToSpace"}) > 1 || graph.resizes() > 2 ||
      graph.operators({"BinaryOp", "Eltwise", "Add"}) != 1)
    return {};
  Names names;
  for (size_t i = 0; i < graph.size(); ++i)
    names.push_back("body." + text(static_cast<int64_t>(i)));
  return names;
}

std::optional<Names> rrdbnet_names(const Graph& graph) {
  if (graph.size() < 19 || !graph.all_convs() ||
      graph.operators({"PixelShuffle", "DepthToSpace"}) > 0)
    return {};
  const int64_t features = graph.out(0), growth = graph.out(1);
  for (size_t i = 0; i < graph.size(); ++i)
    if (!graph.is_conv(i, 3)) return {};
  size_t blocks = 0;
  const auto is_dense = [&](size_t first) {
    for (size_t i = 0; i < 5; ++i)
      if (first + i >= graph.size() ||
          graph.in(first + i) != features + static_cast<int64_t>(i) * growth ||
          graph.out(first + i) != (i < 4 ? growth : features))
        return false;
    return true;
  };
  while (is_dense(1 + 15 * blocks) && is_dense(6 + 15 * blocks) && is_dense(11 + 15 * blocks))
    ++blocks;
  const size_t rest = graph.size() - 1 - 15 * blocks;  // conv_body, conv_up, conv_hr, conv_last
  if (blocks == 0 || rest < 3 || rest > 6) return {};
  Names names = {"conv_first"};
  for (size_t i = 0; i < 15 * blocks; ++i)
    names.push_back("body." + text(static_cast<int64_t>(i / 15)) + ".rdb" +
                    text(static_cast<int64_t>(i / 5 % 3 + 1)) + ".conv" +
                    text(static_cast<int64_t>(i % 5 + 1)));
  names.emplace_back("conv_body");
  for (size_t i = 1; i + 2 < rest; ++i) names.push_back("conv_up" + text(static_cast<int64_t>(i)));
  names.emplace_back("conv_hr");
  names.emplace_back("conv_last");
  return names;
}

// In the order in which they run: the convolution of the joined features is the last but one.
std::optional<Names> span_names(const Graph& graph) {
  if (graph.size() != 22 || !graph.all_convs() || !graph.is_conv(20, 1)) return {};
  const int64_t features = graph.out(0);
  for (size_t i = 0; i < 22; ++i)
    if (i != 20 && !graph.is_conv(i, 3)) return {};
  if (graph.in(20) != 4 * features || graph.out(20) != features || graph.in(21) != features)
    return {};
  Names names = {"conv_1.eval_conv"};
  for (size_t i = 0; i < 18; ++i)
    names.push_back("block_" + text(static_cast<int64_t>(i / 3 + 1)) + ".c" +
                    text(static_cast<int64_t>(i % 3 + 1)) + "_r.eval_conv");
  names.emplace_back("conv_2.eval_conv");
  names.emplace_back("conv_cat");
  names.emplace_back("upsampler.0");
  return names;
}

}  // namespace

std::optional<NamedByPlace> named_by_place(const TensorFile& file) {
  const Graph graph(file);
  std::optional<Names> names;
  for (const auto find : {compact_names, rrdbnet_names, span_names})
    if (auto found = find(graph)) {
      if (names) return {};
      names = std::move(found);
    }
  if (!names) return {};
  NamedByPlace found = {file, ""};
  if (!graph.all_convs() && graph.resizes() > 1) found.left_out = "the resize at its end";
  TensorFile& named = found.tensors;
  std::map<std::string, std::string> by_place;
  for (size_t i = 0; i < names->size(); ++i) by_place[place(i)] = (*names)[i];
  for (auto& entry : named.tensors) {
    const size_t dot = entry.name.rfind('.');
    const auto layer = by_place.find(entry.name.substr(0, dot));
    if (layer != by_place.end()) entry.name = layer->second + entry.name.substr(dot);
  }
  named.index();
  return found;
}

}  // namespace gan::import
