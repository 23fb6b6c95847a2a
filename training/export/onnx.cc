// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/export/onnx.h"

#include <algorithm>

#include "core/error.h"
#include "models/contents.h"
#include "models/table.h"
#include "training/export/onnx_builder.h"

namespace gan::training {
namespace {

OnnxTranslation translation_of(const std::string& name) {
  for (const auto table : {onnx_arithmetic(), onnx_layers(), onnx_shapes()}) {
    const auto found = std::ranges::find(table, name, &OnnxOperator::name);
    if (found != table.end()) return found->translate;
  }
  return nullptr;
}

// A network's graph for pictures of one size, and what is borrowed by it.
struct Drawn {
  std::unique_ptr<OnnxBuilder> builder;
  OnnxGraph graph;
};

Drawn draw(Network& network, const OnnxBuilder::State& state, Size size, bool any_size) {
  const NetworkTraits traits = network.traits();
  torch::manual_seed(0);
  const auto image = torch::rand({1, traits.in_channels, size.height, size.width}, at::kDouble) *
                         (traits.high - traits.low) +
                     traits.low;
  const Trace traced = trace(network, image);
  auto builder = std::make_unique<OnnxBuilder>(state);
  builder->bind(traced.input, "input");
  for (const TracedOperator& op : traced.operators) {
    if (!builder->refusal().empty()) break;
    if (const auto translate = translation_of(op.name))
      translate(*builder, op);
    else
      builder->refuse("the operator " + op.name);
  }
  const auto sides = [&](const Traced& tensor, const std::string& what) {
    OnnxBuilder::Names names;
    for (const int64_t side : tensor.shape) names.push_back(std::to_string(side));
    if (any_size) {
      names[2] = what + "_height";
      names[3] = what + "_width";
    }
    return names;
  };
  Drawn drawn{std::move(builder), {}};
  if (drawn.builder->refusal().empty())
    drawn.graph =
        drawn.builder->finish(traced, sides(traced.input, "input"), sides(traced.output, "output"));
  return drawn;
}

bool same_weights(const TensorToWrite& a, const TensorToWrite& b) {
  return a.name == b.name && a.shape == b.shape && std::ranges::equal(a.bytes, b.bytes);
}

// Two sizes that leave different rests by all windows' sides.
bool is_of_any_size(Network& network, const OnnxBuilder::State& state) {
  const NetworkTraits traits = network.traits();
  if (traits.fixed_side) return false;
  const int step = traits.size_multiple, first = padded_side(16, traits);
  const Drawn a = draw(network, state, {first, first + step}, true),
              b = draw(network, state, {first + 3 * step, first + 5 * step}, true);
  return a.builder->refusal().empty() && b.builder->refusal().empty() &&
         a.graph.nodes == b.graph.nodes &&
         std::ranges::equal(a.graph.weights, b.graph.weights, same_weights);
}

}  // namespace

OnnxFile write_onnx_network(const std::string& path, const LoadedNetwork& loaded, Size size) {
  Network& network = *loaded.network;
  const NetworkTraits traits = network.traits();
  check(find_network(loaded.name).task == Task::kImage, ErrorKind::kSettings, "network ",
        loaded.name, ": only networks that make pictures of pictures can be written as ONNX");
  network.to(at::kDouble);
  const auto state = state_dict(network);
  const bool any_size = is_of_any_size(network, state);
  if (any_size) {
    const int side = padded_side(16, traits);
    size = {side, side};
  } else {
    if (traits.fixed_side && size.area() == 0) size = {traits.fixed_side, traits.fixed_side};
    check(size.area() > 0, ErrorKind::kSettings, "network ", loaded.name,
          " makes a graph for pictures of one size: give it, such as --size 320x180");
    check(size.width == padded_side(size.width, traits) &&
              size.height == padded_side(size.height, traits),
          ErrorKind::kSettings, "--size must be multiples of ", traits.size_multiple,
          " and at least ", traits.min_side, " for network ", loaded.name, ", got ", size.width,
          "x", size.height);
  }
  Drawn drawn = draw(network, state, size, any_size);
  check(drawn.builder->refusal().empty(), ErrorKind::kFailed, "network ", loaded.name,
        " cannot be written as ONNX: it has ", drawn.builder->refusal());
  const OnnxFile file = {any_size ? Size() : size, drawn.builder->complete()};
  auto& metadata = drawn.graph.metadata = loaded.metadata;
  if (file.complete) {
    metadata["gan.format"] = kFormatVersion;
    metadata["gan.network"] = loaded.name;
    metadata["gan.options"] = options_to_json(*options_of(loaded));
  }
  drawn.graph.description =
      concat(find_network(loaded.name).summary, "; pictures of values ", traits.low, " to ",
             traits.high, ", ", traits.scale, " times larger");
  write_onnx(path, drawn.graph);
  return file;
}

}  // namespace gan::training
