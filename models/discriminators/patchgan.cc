// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/patchgan.h"

#include <algorithm>

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"

namespace gan {

void PatchGanOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 16, "channels of the input, 6 for a pair");
  v.integer("layers", layers, 1, 8, "of stride 2: 3 judges patches of 70 pixels, 4 of 142");
  v.integer("features", features, 1, 512, "feature maps of the first layer");
  v.text("norm", norm, "batch|instance|none", "normalisation");
}

PatchGan::PatchGan(const PatchGanOptions& options) : options_(options) {
  const auto conv = [&](int64_t in, int64_t out, int64_t stride, bool bias) {
    model_->push_back(make_conv(
        {.in = in, .out = out, .kernel = 4, .stride = stride, .padding = 1, .bias = bias}));
  };
  int64_t in = options.features;
  conv(options.in_channels, in, 2, true);
  model_->push_back(leaky_relu());
  for (int i = 1; i <= options.layers; ++i) {
    const int64_t out = int64_t{options.features} * std::min(1 << i, 8);
    conv(in, out, i < options.layers ? 2 : 1, wants_bias(options.norm));
    push_norm(model_, options.norm, out);
    model_->push_back(leaky_relu());
    in = out;
  }
  conv(in, 1, 1, true);
  register_module("model", model_);
  init_normal(*this);
}

NetworkTraits PatchGan::traits() const {
  // The last two layers have stride 1 and take a pixel of each side.
  return {.in_channels = options_.in_channels,
          .out_channels = 0,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .min_side = 3 << options_.layers};
}

torch::Tensor PatchGan::forward(torch::Tensor image) {
  check_image(image, traits(), "patchgan");
  return model_->forward(image);
}

}  // namespace gan
