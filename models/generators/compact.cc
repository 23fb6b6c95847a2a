// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/compact.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/prelu.h"

namespace gan {

void CompactOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 4, "channels of the input");
  v.integer("out_channels", out_channels, 1, 4, "channels of the output");
  v.integer("features", features, 1, 1024, "feature maps");
  v.integer("convs", convs, 0, 256, "convolutions between the first and the last");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.text("activation", activation, "prelu|relu|leakyrelu", "after every convolution but the last");
}

CompactNet::CompactNet(const CompactOptions& options) : options_(options) {
  check(options.in_channels == options.out_channels || options.in_channels == 1,
        ErrorKind::kSettings, "network compact: out_channels must equal in_channels, got ",
        options.out_channels, " and ", options.in_channels);
  const auto conv = [](int in, int out) { return make_conv({.in = in, .out = out}); };
  for (int i = 0; i <= options.convs; ++i) {
    body_->push_back(conv(i == 0 ? options.in_channels : options.features, options.features));
    if (options.activation == "prelu")
      body_->push_back(PReLU(options.features));
    else if (options.activation == "relu")
      body_->push_back(relu());
    else
      body_->push_back(leaky_relu(0.1));
  }
  body_->push_back(conv(options.features, options.out_channels * options.scale * options.scale));
  register_module("body", body_);
}

NetworkTraits CompactNet::traits() const {
  return {.in_channels = options_.in_channels,
          .out_channels = options_.out_channels,
          .scale = options_.scale,
          .receptive_radius = options_.convs + 2};
}

torch::Tensor CompactNet::forward(torch::Tensor image) {
  check_image(image, traits(), "compact");
  torch::Tensor detail = body_->forward(image);
  if (options_.scale == 1) return detail.add_(image);
  detail = at::pixel_shuffle(detail, options_.scale);
  // The network learns what nearest-neighbour enlargement lacks.
  return detail.add_(at::upsample_nearest2d(image, {detail.size(2), detail.size(3)}));
}

}  // namespace gan
