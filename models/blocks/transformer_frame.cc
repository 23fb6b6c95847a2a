// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/transformer_frame.h"

#include <algorithm>

#include "core/error.h"
#include "models/blocks/resampling.h"
#include "models/blocks/rgb_mean.h"
#include "models/blocks/windows.h"

namespace gan {

namespace {

Conv frame_conv(int64_t in, int64_t out) { return make_conv({.in = in, .out = out}); }

// Mirrored without the edge, however short the side is.
torch::Tensor reflect_below_and_right(torch::Tensor x, int64_t below, int64_t right) {
  while (below > 0 || right > 0) {
    const int64_t rows = std::min(below, x.size(2) - 1), columns = std::min(right, x.size(3) - 1);
    x = reflection_pad(x, {0, columns, 0, rows});
    below -= rows;
    right -= columns;
  }
  return x;
}

}  // namespace

GroupConv::GroupConv(torch::nn::Module& module, const std::string& name, int64_t features,
                     const std::string& form) {
  if (form == "1conv") one_ = module.register_module(name, frame_conv(features, features));
  if (form != "3conv") return;
  const int64_t quarter = features / 4;
  three_ = Chain(frame_conv(features, quarter), leaky_relu(),
                 make_conv({.in = quarter, .out = quarter, .kernel = 1}), leaky_relu(),
                 frame_conv(quarter, features));
  module.register_module(name, three_);
}

torch::Tensor GroupConv::operator()(const torch::Tensor& x) {
  return one_ ? one_(x) : three_ ? three_->forward(x) : x;
}

void TransformerOptions::visit(OptionVisitor& v) {
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("features", features, 4, 1024, "width of the blocks");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.integer("tail_features", tail_features, 1, 1024, "of the convolutions that enlarge");
  v.text("depths", depths, "", "blocks of each group");
  v.text("heads", heads, "", "of the attention of each group");
  v.text("upsampler", upsampler, "shuffle|direct|nearest|none", "how features become pixels");
  v.text("group_conv", group_conv, "1conv|3conv|identity", "what ends a group");
  v.text("mean", mean, kMeanWords, kMeanHelp);
}

TransformerFrame::TransformerFrame(torch::nn::Module& module, const TransformerOptions& options,
                                   const Shape& shape)
    : options_(options), shape_(shape) {
  const std::string what = concat("network ", shape.network);
  depths_ = number_list(options.depths, {1, 64, 256}, what + ": depths");
  heads_ = number_list(options.heads, {1, 64, 256}, what + ": heads");
  check(depths_.size() == heads_.size(), ErrorKind::kSettings, what,
        ": depths and heads must be equally many, got ", options.depths, " and ", options.heads);
  const bool none = options.upsampler == "none";
  check(!none || options.scale == 1, ErrorKind::kSettings, what,
        ": scale must be 1 with upsampler=none, got ", options.scale);
  const int64_t features = options.features, tail = options.tail_features,
                scale = int64_t{options.scale} * shape.unshuffle, channels = options.channels;
  conv_first_ = module.register_module(
      "conv_first", frame_conv(channels * shape.unshuffle * shape.unshuffle, features));
  const std::string_view first_norm = shape.first_norm;
  const auto holder = std::make_shared<torch::nn::Module>();
  const size_t dot = first_norm.find('.');
  first_norm_ =
      holder->register_module(std::string(first_norm.substr(dot + 1)), LayerNorm(features));
  module.register_module(std::string(first_norm.substr(0, dot)), holder);
  last_norm_ = module.register_module("norm", LayerNorm(features));
  after_body_ = GroupConv(module, "conv_after_body", features, options.group_conv);
  if (options.upsampler == "direct") {
    const auto row = std::make_shared<torch::nn::Module>();
    conv_last_ = row->register_module("0", frame_conv(features, channels * scale * scale));
    module.register_module("upsample", row);
    return;
  }
  if (!none) {
    const auto row = std::make_shared<torch::nn::Module>();
    conv_before_ = row->register_module("0", frame_conv(features, tail));
    module.register_module("conv_before_upsample", row);
  }
  if (options.upsampler == "shuffle")
    shuffles_ = module.register_module("upsample", Enlarge(tail, scale));
  if (options.upsampler == "nearest") {
    check(scale == 1 || scale == 2 || scale == 4 || scale == 8, ErrorKind::kSettings, what,
          ": scale must be 1, 2, 4 or 8 with upsampler=nearest, got ", scale);
    for (int64_t done = 1; done < scale; done *= 2)
      conv_up_.push_back(
          module.register_module(concat("conv_up", conv_up_.size() + 1), frame_conv(tail, tail)));
    conv_hr_ = module.register_module("conv_hr", frame_conv(tail, tail));
  }
  conv_last_ = module.register_module("conv_last", frame_conv(none ? features : tail, channels));
}

NetworkTraits TransformerFrame::traits(int tile_window) const {
  return {.in_channels = options_.channels,
          .out_channels = options_.channels,
          .scale = options_.scale,
          .receptive_radius = kGlobalRadius,
          .tile_window = tile_window};
}

torch::Tensor pad_to_windows(const torch::Tensor& picture, int64_t multiple,
                             WindowPadding padding) {
  const auto missing = [&](int64_t side) { return (multiple - side % multiple) % multiple; };
  const int64_t below = missing(picture.size(2)), right = missing(picture.size(3));
  if ((below == 0 && right == 0) || padding == WindowPadding::kNone) return picture;
  if (padding == WindowPadding::kZero) return at::constant_pad_nd(picture, {0, right, 0, below});
  if (padding == WindowPadding::kReflect && std::min(picture.size(2), picture.size(3)) > 1)
    return reflect_below_and_right(picture, below, right);
  // The flipped picture follows, its edge repeated.
  const auto fit = [&](const torch::Tensor& x, int64_t axis, int64_t more) {
    auto line = torch::arange(x.size(axis) + more, torch::kLong);
    const int64_t length = x.size(axis), period = 2 * length;
    line = line.remainder(period);
    line = torch::minimum(line, period - 1 - line);
    return x.index_select(axis, line.to(x.device()));
  };
  return fit(fit(picture, 2, below), 3, right);
}

torch::Tensor TransformerFrame::enlarge(torch::Tensor x) {
  const int64_t scale = int64_t{options_.scale} * shape_.unshuffle;
  if (options_.upsampler == "direct") return at::pixel_shuffle(conv_last_(x), scale);
  if (options_.upsampler == "none") return conv_last_(x);
  x = at::leaky_relu(conv_before_(x), 0.01);
  if (shuffles_) return conv_last_(shuffles_(x));
  for (auto& conv : conv_up_) x = at::leaky_relu(conv(nearest_twice(x)), 0.2);
  return conv_last_(lrelu_(conv_hr_(x)));
}

torch::Tensor TransformerFrame::run(torch::Tensor image, const Body& body) {
  const int64_t height = image.size(2), width = image.size(3), unshuffle = shape_.unshuffle;
  const auto mean = rgb_mean(image, options_.mean);
  image =
      (pad_to_windows(image, shape_.padded_to * unshuffle, shape_.padding) - mean) * shape_.range;
  const auto first = conv_first_(unshuffle > 1 ? at::pixel_unshuffle(image, unshuffle) : image);
  auto x = last_norm_(body(first_norm_(first.permute({0, 2, 3, 1}))));
  x = enlarge(after_body_(x.permute({0, 3, 1, 2})) + first);
  if (options_.upsampler == "none") x = x + image;
  x = x / shape_.range + mean;
  return x.slice(2, 0, height * options_.scale).slice(3, 0, width * options_.scale);
}

}  // namespace gan
