// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/unet_sn.h"

#include "core/error.h"
#include "models/blocks/resampling.h"

namespace gan {

void UnetSnOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 16, "channels of the input");
  v.integer("features", features, 1, 512, "feature maps at full size");
  v.flag("skip_connection", skip_connection, "join what lies on the way down");
}

UnetSn::UnetSn(const UnetSnOptions& options) : options_(options) {
  const int64_t f = options.features;
  conv0_ = register_module("conv0", make_conv({.in = options.in_channels, .out = f}));
  const auto add = [&](ConvShape shape) {
    shape.bias = false;
    convs_.push_back(register_module(concat("conv", convs_.size() + 1), SpectralConv(shape)));
  };
  for (const int64_t out : {2 * f, 4 * f, 8 * f})
    add({.in = out / 2, .out = out, .kernel = 4, .stride = 2, .padding = 1});
  for (const int64_t in : {8 * f, 4 * f, 2 * f}) add({.in = in, .out = in / 2});
  add({.in = f, .out = f});
  add({.in = f, .out = f});
  conv9_ = register_module("conv9", make_conv({.in = f, .out = 1}));
}

NetworkTraits UnetSn::traits() const {
  return {.in_channels = options_.in_channels,
          .out_channels = 0,
          .receptive_radius = kGlobalRadius,
          .size_multiple = 8,
          .takes_other_sizes = !options_.skip_connection};
}

torch::Tensor UnetSn::forward(torch::Tensor image) {
  check_image(image, traits(), "unet_sn");
  std::vector<torch::Tensor> down = {lrelu_(conv0_(image))};
  for (int i = 0; i < 3; ++i) down.push_back(lrelu_(convs_[i](down.back())));
  torch::Tensor x = down[3];
  for (int i = 0; i < 3; ++i) {
    x = lrelu_(convs_[3 + i](bilinear_twice(x)));
    if (options_.skip_connection) x = x + down[2 - i];
  }
  x = lrelu_(convs_[7](lrelu_(convs_[6](x))));
  return conv9_(x);
}

}  // namespace gan
