// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/pixel.h"

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"

namespace gan {

void PixelDiscriminatorOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 16, "channels of the input, 6 for a pair");
  v.integer("features", features, 1, 512, "feature maps of the first layer");
  v.text("norm", norm, "batch|instance|none", "normalisation");
}

PixelDiscriminator::PixelDiscriminator(const PixelDiscriminatorOptions& options)
    : options_(options) {
  const int64_t f = options.features;
  const bool bias = wants_bias(options.norm);
  net_->push_back(make_conv({.in = options.in_channels, .out = f, .kernel = 1}));
  net_->push_back(leaky_relu());
  net_->push_back(make_conv({.in = f, .out = 2 * f, .kernel = 1, .bias = bias}));
  push_norm(net_, options.norm, 2 * f);
  net_->push_back(leaky_relu());
  net_->push_back(make_conv({.in = 2 * f, .out = 1, .kernel = 1, .bias = bias}));
  register_module("net", net_);
  init_normal(*this);
}

NetworkTraits PixelDiscriminator::traits() const {
  return {.in_channels = options_.in_channels,
          .out_channels = 0,
          .low = -1,
          .receptive_radius = options_.norm == "instance" ? kGlobalRadius : 0};
}

torch::Tensor PixelDiscriminator::forward(torch::Tensor image) {
  check_image(image, traits(), "pixel");
  return net_->forward(image);
}

}  // namespace gan
