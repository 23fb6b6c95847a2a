// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/vgg_style.h"

#include "core/error.h"
#include "models/blocks/convolution.h"

namespace gan {

namespace nn = torch::nn;

void VggStyleOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 16, "channels of the input");
  v.integer("features", features, 1, 512, "feature maps at full size");
  v.integer("side", side, 128, 256, "of the pictures: 128 or 256");
}

VggStyle::VggStyle(const VggStyleOptions& options) : options_(options) {
  check(options.side == 128 || options.side == 256, ErrorKind::kSettings,
        "network vgg_style: side must be 128 or 256, got ", options.side);
  const int64_t f = options.features;
  const int count = options.side == 128 ? 5 : 6;
  int64_t in = options.in_channels;
  for (int i = 0; i < count; ++i) {
    const int64_t out = f * std::min(1 << i, 8);
    Stage stage;
    const auto name = [&](const char* kind, int part) { return concat(kind, i, "_", part); };
    stage.keep =
        register_module(name("conv", 0), make_conv({.in = in, .out = out, .bias = i == 0}));
    if (i > 0) stage.keep_norm = register_module(name("bn", 0), BatchNorm(out));
    stage.halve = register_module(
        name("conv", 1),
        make_conv({.in = out, .out = out, .kernel = 4, .stride = 2, .padding = 1, .bias = false}));
    stage.halve_norm = register_module(name("bn", 1), BatchNorm(out));
    stages_.push_back(stage);
    in = out;
  }
  linear1_ = register_module("linear1", nn::Linear(in * 4 * 4, 100));
  linear2_ = register_module("linear2", nn::Linear(100, 1));
}

NetworkTraits VggStyle::traits() const {
  return {.in_channels = options_.in_channels,
          .out_channels = 0,
          .receptive_radius = kGlobalRadius,
          .fixed_side = options_.side};
}

torch::Tensor VggStyle::forward(torch::Tensor image) {
  check_image(image, traits(), "vgg_style");
  torch::Tensor x = image;
  for (auto& stage : stages_) {
    x = stage.keep(x);
    if (stage.keep_norm) x = stage.keep_norm(x);
    x = lrelu_(stage.halve_norm(stage.halve(lrelu_(x))));
  }
  return linear2_(lrelu_(linear1_(x.flatten(1))));
}

}  // namespace gan
