// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/rcan.h"

#include "core/error.h"
#include "models/blocks/chain.h"

namespace gan {

namespace nn = torch::nn;

namespace {

Conv rcan_conv3x3(int64_t in, int64_t out) { return make_conv({.in = in, .out = out}); }
Conv rcan_conv1x1(int64_t in, int64_t out) {
  return make_conv({.in = in, .out = out, .kernel = 1});
}

class RcanAttention : public nn::Module {
 public:
  RcanAttention(int64_t features, int64_t reduction)
      : weigh_(rcan_conv1x1(features, features / reduction), relu(),
               rcan_conv1x1(features / reduction, features), nn::Sigmoid()) {
    register_module("conv_du", weigh_);
  }
  torch::Tensor forward(const torch::Tensor& x) {
    return x * weigh_->forward(x.mean(at::IntArrayRef{2, 3}, true));
  }

 private:
  Chain weigh_;
};

// x + body(x)
class RcanResidual : public nn::Module {
 public:
  explicit RcanResidual(Chain body) : body_(register_module("body", std::move(body))) {}
  torch::Tensor forward(const torch::Tensor& x) { return body_->forward(x).add_(x); }

 private:
  Chain body_;
};

std::shared_ptr<RcanResidual> rcan_block(const RcanOptions& options) {
  const int64_t features = options.features;
  Chain body(rcan_conv3x3(features, features), relu(), rcan_conv3x3(features, features));
  body->push_back(std::make_shared<RcanAttention>(features, options.reduction));
  return std::make_shared<RcanResidual>(body);
}

std::shared_ptr<RcanResidual> rcan_group(const RcanOptions& options) {
  Chain body;
  for (int i = 0; i < options.blocks; ++i) body->push_back(rcan_block(options));
  body->push_back(rcan_conv3x3(options.features, options.features));
  return std::make_shared<RcanResidual>(body);
}

// A 1x1 convolution that adds `sign` times DIV2K's mean.
Conv mean_shift(double sign) {
  auto shift = rcan_conv1x1(3, 3);
  torch::NoGradGuard no_grad;
  shift->weight.copy_(torch::eye(3).view({3, 3, 1, 1}));
  shift->bias.copy_(sign * 255 * torch::tensor({0.4488, 0.4371, 0.4040}));
  return shift;
}

}  // namespace

void RcanOptions::visit(OptionVisitor& v) {
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("features", features, 1, 1024, "feature maps");
  v.integer("groups", groups, 1, 64, "residual groups");
  v.integer("blocks", blocks, 1, 128, "blocks of a group");
  v.integer("reduction", reduction, 1, 1024, "of the channels within the attention");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.integer("unshuffle", unshuffle, 1, 4, "pixels of the input that become channels, per side");
  v.flag("normalise", normalise, "values 0 to 255 less a mean that is part of the weights");
}

Rcan::Rcan(const RcanOptions& options) : options_(options) {
  check(options.channels == 3 || !options.normalise, ErrorKind::kSettings,
        "network rcan: channels must be 3 with normalise, got ", options.channels);
  check(options.reduction <= options.features, ErrorKind::kSettings,
        "network rcan: reduction must be at most features, got ", options.reduction);
  if (options.normalise) {
    sub_mean_ = register_module("sub_mean", mean_shift(-1));
    add_mean_ = register_module("add_mean", mean_shift(1));
    for (auto& shift : {sub_mean_, add_mean_})
      for (auto& tensor : shift->parameters()) tensor.set_requires_grad(false);
  }
  const int64_t features = options.features,
                joined = int64_t{options.unshuffle} * options.unshuffle;
  head_ = rcan_conv3x3(options.channels * joined, features);
  const auto head = std::make_shared<Module>(), tail = std::make_shared<Module>();
  head->register_module(options.unshuffle > 1 ? "1" : "0", head_);
  register_module("head", head);
  for (int i = 0; i < options.groups; ++i) body_->push_back(rcan_group(options));
  body_->push_back(rcan_conv3x3(features, features));
  register_module("body", body_);
  up_ = tail->register_module("0", Enlarge(features, int64_t{options.scale} * options.unshuffle));
  last_ = tail->register_module("1", rcan_conv3x3(features, options.channels));
  register_module("tail", tail);
}

NetworkTraits Rcan::traits() const {
  return {.in_channels = options_.channels,
          .out_channels = options_.channels,
          .scale = options_.scale,
          .receptive_radius = kGlobalRadius,
          .tile_window = options_.unshuffle,
          .size_multiple = options_.unshuffle};
}

torch::Tensor Rcan::forward(torch::Tensor image) {
  check_image(image, traits(), "rcan");
  if (options_.normalise) image = sub_mean_(image * 255);
  if (options_.unshuffle > 1) image = at::pixel_unshuffle(image, options_.unshuffle);
  const auto features = head_(image);
  image = last_(up_(body_->forward(features).add_(features)));
  return options_.normalise ? add_mean_(image) / 255 : image;
}

}  // namespace gan
