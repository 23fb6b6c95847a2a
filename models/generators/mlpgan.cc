// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/mlpgan.h"

namespace gan {

using torch::nn::Linear;

void MlpGanOptions::visit(OptionVisitor& v) {
  v.integer("latent", latent, 1, 4096, "length of the code");
  v.integer("features", features, 1, 8192, "width of the hidden layers");
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("side", side, 1, 256, "of the picture");
}

MlpGan::MlpGan(const MlpGanOptions& options) : options_(options) {
  const int64_t pixels = int64_t{options.channels} * options.side * options.side;
  first_ = register_module("0", Linear(options.latent, options.features));
  second_ = register_module("2", Linear(options.features, options.features));
  last_ = register_module("4", Linear(options.features, pixels));
}

NetworkTraits MlpGan::traits() const {
  return {.in_channels = 0,
          .out_channels = options_.channels,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .latent = options_.latent,
          .out_width = options_.side,
          .out_height = options_.side};
}

torch::Tensor MlpGan::forward(torch::Tensor latent) {
  torch::Tensor x = first_(check_latent(latent, traits(), "mlpgan")).relu_();
  x = last_(second_(x).relu_()).tanh_();
  return x.view({-1, options_.channels, options_.side, options_.side});
}

}  // namespace gan
