// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/sr_unet.h"

#include <numeric>

#include "models/blocks/chain.h"
#include "models/blocks/convolution.h"
#include "models/blocks/resampling.h"

namespace gan {

namespace {

Chain two_convs(int64_t in, int64_t out) {
  return Chain(make_conv({.in = in, .out = out}), relu(), make_conv({.in = out, .out = out}),
               relu());
}

}  // namespace

void SrUnetOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 1, 512, "feature maps at full size");
  v.integer("levels", levels, 1, 6, "halvings");
  v.integer("scale", scale, 1, 4, "enlargement before the network");
}

SrUnet::SrUnet(const SrUnetOptions& options) : options_(options) {
  int64_t width = options.features;
  down_->push_back(two_convs(3, width));
  for (int i = 0; i < options.levels; ++i, width *= 2)
    down_->push_back(two_convs(width, 2 * width));
  for (int i = 0; i < options.levels; ++i, width /= 2)
    up_->push_back(two_convs(width + width / 2, width / 2));
  register_module("down", down_);
  register_module("up", up_);
  out_ = register_module("out", make_conv({.in = options.features, .out = 3, .kernel = 1}));
  // It begins as the plain enlargement.
  torch::NoGradGuard no_grad;
  out_->weight.mul_(0.1);
  out_->bias.zero_();
}

NetworkTraits SrUnet::traits() const {
  const int deepest = 1 << options_.levels;
  // In output pixels: two convolutions at each size on the way down and up, and what pooling and
  // doubling shift.
  const int reach = 2 + 6 * (deepest - 1) + 2 * (deepest - 1);
  const int bicubic = options_.scale > 1 ? 2 : 0;
  return {.scale = options_.scale,
          .receptive_radius = (reach + options_.scale - 1) / options_.scale + bicubic,
          .size_multiple = deepest / std::gcd(deepest, options_.scale)};
}

torch::Tensor SrUnet::forward(torch::Tensor image) {
  check_image(image, traits(), "sr_unet");
  image = enlarge_bicubic(image, options_.scale);
  std::vector<torch::Tensor> skips;
  torch::Tensor x = image;
  for (const auto& layer : *down_) {
    if (!skips.empty()) x = at::max_pool2d(x, 2);
    skips.push_back(x = layer->as<Chain>()->forward(x));
  }
  skips.pop_back();
  for (const auto& layer : *up_) {
    x = layer->as<Chain>()->forward(torch::cat({nearest_twice(x), skips.back()}, 1));
    skips.pop_back();
  }
  return image + out_(x);
}

}  // namespace gan
