// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/device_plan.h"

#include <algorithm>

#include "models/machine/interruption.h"

namespace gan {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

torch::Tensor as_tensor(const std::vector<float>& numbers, at::IntArrayRef shape = {-1}) {
  return torch::from_blob(const_cast<float*>(numbers.data()),
                          {static_cast<int64_t>(numbers.size())})
      .view(shape)
      .clone();
}

size_t at_value(conv::Value value) { return static_cast<size_t>(value); }

// All values that a layer reads.
std::vector<conv::Value> reads(const conv::Layer& layer) {
  std::vector<conv::Value> all = layer.inputs;
  if (layer.gate != conv::kNoValue) all.push_back(layer.gate);
  for (const conv::Add& add : layer.adds) all.push_back(add.value);
  return all;
}

}  // namespace

DevicePlan::DevicePlan(const conv::Plan& plan, torch::Device device, torch::ScalarType precision)
    : options_(torch::TensorOptions(device).dtype(precision)),
      multiply_(plan.multiply),
      result_multiply_(plan.result_multiply),
      result_add_(plan.result_add) {
  const std::vector<conv::Shape> values = conv::shapes(plan);
  if (!plan.subtract.empty()) subtract_ = as_tensor(plan.subtract, {1, -1, 1, 1}).to(options_);
  for (const conv::Layer& from : plan.layers) {
    Layer& layer = layers_.emplace_back();
    const bool convolves = from.kernel > 0;
    if (convolves)
      layer.weight = as_tensor(from.weight, {from.out_channels, -1, from.kernel, from.kernel})
                         .to(options_)
                         .contiguous(kChannelsLast);
    const auto floats = torch::TensorOptions(device).dtype(torch::kFloat);
    if (from.normalise > 0) {
      if (!from.weight.empty()) layer.norm_weight = as_tensor(from.weight).to(floats);
      if (!from.bias.empty()) layer.norm_bias = as_tensor(from.bias).to(floats);
    } else if (!from.bias.empty()) {
      layer.end.bias = as_tensor(from.bias).to(floats);
    }
    layer.end.activation = from.activation;
    if (!from.slopes.empty()) layer.end.slopes = as_tensor(from.slopes).to(floats);
    layer.end.slope_after = from.slope_after;
    layer.plan = from;
    layer.plan.weight = layer.plan.bias = layer.plan.slopes = {};
  }
  std::vector<bool> seen(values.size());
  for (size_t i = layers_.size(); i-- > 0;)
    for (const conv::Value value : reads(layers_[i].plan)) {
      if (!seen[at_value(value)] && value != conv::kPicture) layers_[i].last_uses.push_back(value);
      seen[at_value(value)] = true;
    }
}

torch::Tensor DevicePlan::seen(const torch::Tensor& picture) const {
  torch::Tensor seen = picture;
  if (subtract_.defined()) seen = seen - subtract_;
  if (multiply_ != 1) seen = seen * multiply_;
  return seen.contiguous(kChannelsLast);
}

torch::Tensor DevicePlan::convolved(const Layer& layer,
                                    const std::vector<torch::Tensor>& values) const {
  const conv::Layer& plan = layer.plan;
  std::vector<torch::Tensor> read;
  for (const conv::Value value : plan.inputs) read.push_back(values[at_value(value)]);
  torch::Tensor in = read.size() == 1 ? read[0] : at::cat(read, 1);
  if (plan.unshuffle > 1) in = at::pixel_unshuffle(in, plan.unshuffle);
  if (plan.twice) in = at::upsample_nearest2d(in, {2 * in.size(2), 2 * in.size(3)});
  int64_t around = plan.kernel / 2;
  if (plan.padding != conv::Padding::kZero && around > 0) {
    const std::array<int64_t, 4> sides = {around, around, around, around};
    in = plan.padding == conv::Padding::kReflect ? at::reflection_pad2d(in, sides)
                                                 : at::replication_pad2d(in, sides);
    around = 0;
  }
  return at::conv2d(in.contiguous(kChannelsLast), layer.weight, {}, plan.stride, around);
}

torch::Tensor DevicePlan::passed(const Layer& layer,
                                 const std::vector<torch::Tensor>& values) const {
  const auto value = [&](size_t i) { return values[at_value(layer.plan.inputs[i])]; };
  if (conv::interleaves(layer.plan)) {
    const auto four = at::stack({value(0), value(1), value(2), value(3)}, 2);
    return at::pixel_shuffle(four.flatten(1, 2), 2);
  }
  if (layer.plan.normalise == 0) return value(0).clone();
  return at::instance_norm(value(0).to(torch::kFloat), layer.norm_weight, layer.norm_bias, {}, {},
                           /*use_input_stats=*/true, 0, layer.plan.normalise, false)
      .to(options_.dtype().toScalarType());
}

torch::Tensor DevicePlan::run(const torch::Tensor& picture) const {
  std::vector<torch::Tensor> values = {seen(picture)};
  for (const Layer& layer : layers_) {
    end_if_interrupted();
    torch::Tensor result =
        (layer.plan.kernel == 0 ? passed(layer, values) : convolved(layer, values))
            .contiguous(kChannelsLast);
    LayerEnd::Others others;
    if (layer.plan.gate != conv::kNoValue) others.gate = values[at_value(layer.plan.gate)];
    for (const auto& [value, scale] : layer.plan.adds)
      others.adds.push_back({values[at_value(value)], scale});
    layer.end.apply(result, others);
    for (const conv::Value value : layer.last_uses) values[at_value(value)] = torch::Tensor();
    values.push_back(std::move(result));
  }
  const conv::Layer& last = layers_.back().plan;
  torch::Tensor out = std::move(values.back());
  if (last.shuffle > 1) out = at::pixel_shuffle(out, last.shuffle);
  if (result_multiply_ != 1) out = out * result_multiply_;
  if (result_add_ != 0) out = out + result_add_;
  if (last.add_picture) out = out + at::upsample_nearest2d(picture, {out.size(2), out.size(3)});
  return out;
}

}  // namespace gan
