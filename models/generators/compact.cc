// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/compact.h"

#include "models/blocks/convolution.h"
#include "models/blocks/prelu.h"

namespace gan {

CompactNet::CompactNet(const CompactOptions& options) : options_(options) {
  options.check_together();
  const auto conv = [](int in, int out) { return make_conv({.in = in, .out = out}); };
  const int unshuffle = options.unshuffle, shuffle = options.scale * unshuffle;
  for (int i = 0; i <= options.convs; ++i) {
    body_->push_back(conv(i == 0 ? options.in_channels * unshuffle * unshuffle : options.features,
                          options.features));
    if (options.activation == "prelu")
      body_->push_back(PReLU(options.features));
    else if (options.activation == "relu")
      body_->push_back(relu());
    else
      body_->push_back(leaky_relu(0.1));
  }
  body_->push_back(conv(options.features, options.out_channels * shuffle * shuffle));
  register_module("body", body_);
}

NetworkTraits CompactNet::traits() const { return compact_traits(options_); }

torch::Tensor CompactNet::forward(torch::Tensor image) {
  check_image(image, traits(), "compact");
  const int unshuffle = options_.unshuffle, shuffle = options_.scale * unshuffle;
  torch::Tensor detail =
      body_->forward(unshuffle == 1 ? image : at::pixel_unshuffle(image, unshuffle));
  if (shuffle > 1) detail = at::pixel_shuffle(detail, shuffle);
  if (options_.scale == 1) return detail.add_(image);
  // The network learns what nearest-neighbour enlargement lacks.
  return detail.add_(at::upsample_nearest2d(image, {detail.size(2), detail.size(3)}));
}

}  // namespace gan
