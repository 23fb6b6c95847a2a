// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/compact.h"

#include "models/blocks/convolution.h"
#include "models/blocks/prelu.h"

namespace gan {

CompactNet::CompactNet(const CompactOptions& options) : options_(options) {
  options.check_together();
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

NetworkTraits CompactNet::traits() const { return compact_traits(options_); }

torch::Tensor CompactNet::forward(torch::Tensor image) {
  check_image(image, traits(), "compact");
  torch::Tensor detail = body_->forward(image);
  if (options_.scale == 1) return detail.add_(image);
  detail = at::pixel_shuffle(detail, options_.scale);
  // The network learns what nearest-neighbour enlargement lacks.
  return detail.add_(at::upsample_nearest2d(image, {detail.size(2), detail.size(3)}));
}

}  // namespace gan
