// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <limits>
#include <numeric>

#include "training/export/onnx_builder.h"

namespace gan::training {
namespace {

using Builder = OnnxBuilder;
using Op = TracedOperator;
using Axes = std::vector<int64_t>;

constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

int64_t dims(const Op& op) { return static_cast<int64_t>(op.shape().size()); }
int64_t side(const Op& op, int64_t axis) { return op.shape()[static_cast<size_t>(axis)]; }

void same(Builder& b, const Op& op) { b.bind(op.results[0], b.name(op.tensor(0))); }

void dropout(Builder& b, const Op& op) {
  if (op.flag(2)) b.refuse("dropout");
  same(b, op);
}

void reshape(Builder& b, const Op& op) {
  const auto& shape = op.results[0].shape;
  if (shape == op.shape()) return same(b, op);
  b.bind(op.results[0], b.add("Reshape", {b.name(op.tensor(0)), b.integers(shape)}));
}

// Of any size: axes before are kept, those between are one, those after are as they were.
void flatten(Builder& b, const Op& op) {
  const int64_t first = op.axis(1), last = op.axis(2, -1);
  Axes shape(static_cast<size_t>(first), 0);
  shape.push_back(-1);
  for (int64_t axis = last + 1; axis < dims(op); ++axis) shape.push_back(side(op, axis));
  b.bind(op.results[0], b.add("Reshape", {b.name(op.tensor(0)), b.integers(shape)}));
}

void unsqueeze(Builder& b, const Op& op) {
  const int64_t axis = op.integer(1);
  b.bind(op.results[0], b.add("Unsqueeze", {b.name(op.tensor(0)),
                                            b.integers({axis < 0 ? axis + dims(op) + 1 : axis})}));
}

void expand(Builder& b, const Op& op) {
  const auto& shape = op.results[0].shape;
  if (shape == op.shape()) return same(b, op);
  b.bind(op.results[0], b.add("Expand", {b.name(op.tensor(0)), b.integers(shape)}));
}

void repeat(Builder& b, const Op& op) {
  const auto times = op.integers(1);
  if (times.size() != op.shape().size()) return b.refuse("repeat that adds axes");
  b.bind(op.results[0], b.add("Tile", {b.name(op.tensor(0)), b.integers(times)}));
}

std::string transposed(Builder& b, const std::string& x, const Axes& order) {
  return std::ranges::is_sorted(order) ? x : b.add("Transpose", {x}, {{"perm", order}});
}

void permute(Builder& b, const Op& op) {
  auto order = op.integers(1);
  for (auto& axis : order) axis += axis < 0 ? dims(op) : 0;
  b.bind(op.results[0], transposed(b, b.name(op.tensor(0)), order));
}

Axes all_axes(const Op& op) {
  Axes order(op.shape().size());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

// transpose(x, a, b); t(x) of a matrix
void transpose(Builder& b, const Op& op) {
  Axes order = all_axes(op);
  const auto first = static_cast<size_t>(op.axis(1, 0)),
             second = static_cast<size_t>(op.axis(2, 1));
  std::swap(order[first], order[second]);
  b.bind(op.results[0], transposed(b, b.name(op.tensor(0)), order));
}

// From the end, so that it is right for other sizes too; what is whole is left as it is.
std::string sliced(Builder& b, const Op& op, const std::string& x, Axes range) {
  const int64_t axis = range[0], length = side(op, axis), start = range[1],
                end = std::min(range[2], length);
  if (start == 0 && end == length) return x;
  return b.add("Slice", {x, b.integers({start}), b.integers({end == length ? kEnd : end - length}),
                         b.integers({axis})});
}

// slice(x, axis, start, end, step)
void slice(Builder& b, const Op& op) {
  if (op.integer(4, 1) != 1) return b.refuse("slices with steps");
  const int64_t axis = op.axis(1), length = side(op, axis);
  const auto place = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + length : at, 0, length);
  };
  b.bind(op.results[0], sliced(b, op, b.name(op.tensor(0)),
                               {axis, place(op.integer(2, 0)), place(op.integer(3, kEnd))}));
}

void narrow(Builder& b, const Op& op) {
  const int64_t axis = op.axis(1), start = op.integer(2);
  b.bind(op.results[0], sliced(b, op, b.name(op.tensor(0)), {axis, start, start + op.integer(3)}));
}

std::string picked(Builder& b, const std::string& x, int64_t index, int64_t axis) {
  return b.add("Gather", {x, b.constant(torch::tensor(index, at::kLong))}, {{"axis", axis}});
}

void select(Builder& b, const Op& op) {
  b.bind(op.results[0], picked(b, b.name(op.tensor(0)), op.integer(2), op.axis(1)));
}

void unbind(Builder& b, const Op& op) {
  const std::string x = b.name(op.tensor(0));
  for (size_t i = 0; i < op.results.size(); ++i)
    b.bind(op.results[i], picked(b, x, static_cast<int64_t>(i), op.axis(1)));
}

// chunk, split, split_with_sizes (x, how, axis)
void split(Builder& b, const Op& op) {
  const int64_t axis = op.axis(2, 0);
  Axes sizes;
  for (const auto& result : op.results) sizes.push_back(result.shape[static_cast<size_t>(axis)]);
  const auto parts = b.add("Split", {b.name(op.tensor(0)), b.integers(sizes)}, {{"axis", axis}},
                           op.results.size());
  for (size_t i = 0; i < parts.size(); ++i) b.bind(op.results[i], parts[i]);
}

void cat(Builder& b, const Op& op) {
  Builder::Names parts;
  for (const auto& tensor : op.tensors[0]) parts.push_back(b.name(tensor));
  b.bind(op.results[0], b.add("Concat", parts, {{"axis", op.axis(1)}}));
}

void stack(Builder& b, const Op& op) {
  const int64_t axis = op.integer(1);
  const std::string axes = b.integers({axis < 0 ? axis + dims(op) + 1 : axis});
  Builder::Names parts;
  for (const auto& tensor : op.tensors[0])
    parts.push_back(b.add("Unsqueeze", {b.name(tensor), axes}));
  b.bind(op.results[0], b.add("Concat", parts, {{"axis", axis < 0 ? axis + dims(op) + 1 : axis}}));
}

// By n along an axis: the last n come first.
void roll(Builder& b, const Op& op) {
  const auto shifts = op.integers(1);
  auto axes = op.integers(2);
  if (axes.size() != shifts.size()) return b.refuse("roll of all axes as one");
  std::string x = b.name(op.tensor(0));
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t axis = axes[i] < 0 ? axes[i] + dims(op) : axes[i], length = side(op, axis);
    if (shifts[i] % length == 0) continue;
    const std::string cut = b.integers({-shifts[i] % length}), on = b.integers({axis});
    x = b.add("Concat",
              {b.add("Slice", {x, cut, b.integers({kEnd}), on}),
               b.add("Slice", {x, b.integers({0}), cut, on})},
              {{"axis", axis}});
  }
  b.bind(op.results[0], x);
}

void flip(Builder& b, const Op& op) {
  auto axes = op.integers(1);
  const Axes ones(axes.size(), -1), ends(axes.size(), std::numeric_limits<int64_t>::min());
  b.bind(op.results[0], b.add("Slice", {b.name(op.tensor(0)), b.integers(ones), b.integers(ends),
                                        b.integers(axes), b.integers(ones)}));
}

// LibTorch begins at the last axis, before and after; ONNX has all that is before, then all after.
std::string padded(Builder& b, const Op& op, const char* mode, double value) {
  const auto sides = op.integers(1);
  const size_t axes = op.shape().size();
  Axes pads(2 * axes, 0);
  for (size_t i = 0; i < sides.size(); ++i) pads[(i % 2 ? axes : 0) + axes - 1 - i / 2] = sides[i];
  if (std::ranges::all_of(pads, [](int64_t pad) { return pad == 0; })) return b.name(op.tensor(0));
  Builder::Names inputs = {b.name(op.tensor(0)), b.integers(pads)};
  if (value != 0) inputs.push_back(b.number(value));
  return b.add("Pad", inputs, {{"mode", std::string(mode)}});
}
void constant_pad(Builder& b, const Op& op) {
  b.bind(op.results[0], padded(b, op, "constant", op.number(2, 0)));
}
void reflection_pad(Builder& b, const Op& op) {
  b.bind(op.results[0], padded(b, op, "reflect", 0));
}
void replication_pad(Builder& b, const Op& op) { b.bind(op.results[0], padded(b, op, "edge", 0)); }
void pad(Builder& b, const Op& op) {
  const std::string mode = op.has(2) ? op.arguments[2].toStringRef() : "constant";
  if (mode == "circular") b.refuse("circular padding");
  b.bind(op.results[0],
         padded(b, op, mode == "replicate" ? "edge" : mode.c_str(), op.number(3, 0)));
}

void gather(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add("GatherElements", {b.name(op.tensor(0)), b.name(op.tensor(2))},
                              {{"axis", op.axis(1)}}));
}

void index_select(Builder& b, const Op& op) {
  b.bind(op.results[0],
         b.add("Gather", {b.name(op.tensor(0)), b.name(op.tensor(2))}, {{"axis", op.axis(1)}}));
}

// unfold(x, axis, size, step): windows along the axis, whose places are the last axis.
void unfold(Builder& b, const Op& op) {
  const int64_t axis = op.axis(1), size = op.integer(2), step = op.integer(3),
                windows = (side(op, axis) - size) / step + 1;
  const auto places =
      torch::arange(windows, at::kLong).unsqueeze(1) * step + torch::arange(size, at::kLong);
  const std::string x =
      b.add("Gather", {b.name(op.tensor(0)), b.constant(places)}, {{"axis", axis}});
  Axes order(op.shape().size() + 1);
  std::iota(order.begin(), order.end(), 0);
  order.erase(order.begin() + axis + 1);
  order.push_back(axis + 1);
  b.bind(op.results[0], transposed(b, x, order));
}

// repeat_interleave(x, times, axis)
void repeat_interleave(Builder& b, const Op& op) {
  if (!op.has(1) || !op.has(2)) return b.refuse("repeat_interleave by a tensor");
  const int64_t axis = op.axis(2);
  const auto places = torch::arange(side(op, axis), at::kLong).repeat_interleave(op.integer(1));
  b.bind(op.results[0],
         b.add("Gather", {b.name(op.tensor(0)), b.constant(places)}, {{"axis", axis}}));
}

void pixel_shuffle(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add("DepthToSpace", {b.name(op.tensor(0))},
                              {{"blocksize", op.integer(1)}, {"mode", std::string("CRD")}}));
}

// ONNX puts the places of a block before the channels.
void pixel_unshuffle(Builder& b, const Op& op) {
  const int64_t factor = op.integer(1), channels = op.shape()[1];
  const auto order = torch::arange(factor * factor * channels, at::kLong)
                         .view({factor * factor, channels})
                         .t()
                         .reshape({-1});
  const std::string blocks = b.add("SpaceToDepth", {b.name(op.tensor(0))}, {{"blocksize", factor}});
  b.bind(op.results[0], b.add("Gather", {blocks, b.constant(order)}, {{"axis", int64_t{1}}}));
}

constexpr OnnxOperator kShapes[] = {
    {"_reshape_alias", reshape},
    {"_unsafe_view", reshape},
    {"alias", same},
    {"cat", cat},
    {"chunk", split},
    {"clone", same},
    {"constant_pad_nd", constant_pad},
    {"contiguous", same},
    {"detach", same},
    {"dropout", dropout},
    {"expand", expand},
    {"expand_as", expand},
    {"feature_dropout", dropout},
    {"flatten", flatten},
    {"flip", flip},
    {"gather", gather},
    {"index_select", index_select},
    {"narrow", narrow},
    {"pad", pad},
    {"permute", permute},
    {"pixel_shuffle", pixel_shuffle},
    {"pixel_unshuffle", pixel_unshuffle},
    {"reflection_pad2d", reflection_pad},
    {"repeat", repeat},
    {"repeat_interleave", repeat_interleave},
    {"replication_pad2d", replication_pad},
    {"reshape", reshape},
    {"roll", roll},
    {"select", select},
    {"slice", slice},
    {"split", split},
    {"split_with_sizes", split},
    {"squeeze", reshape},
    {"stack", stack},
    {"t", transpose},
    {"to", same},
    {"transpose", transpose},
    {"type_as", same},
    {"unbind", unbind},
    {"unflatten", reshape},
    {"unfold", unfold},
    {"unsqueeze", unsqueeze},
    {"view", reshape},
    {"view_as", reshape},
};

}  // namespace

std::span<const OnnxOperator> onnx_shapes() { return kShapes; }

}  // namespace gan::training
