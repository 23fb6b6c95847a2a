// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/critic.h"

#include "core/error.h"
#include "models/blocks/conv_layer.h"
#include "models/blocks/dropout.h"

namespace gan {

void CriticOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 16, "channels of the input");
  v.integer("features", features, 4, 512, "feature maps of the first layer");
  v.integer("blocks", blocks, 1, 6, "halvings after the first");
  v.real("dropout", dropout, 0, 0.9, "of whole feature maps while training");
}

Critic::Critic(const CriticOptions& options) : options_(options) {
  const ConvLayerStyle style{.norm = "spectral", .slope = 0.2};
  int64_t width = options.features;
  const auto halving = [&](int64_t in, int64_t out, bool attention) {
    ConvLayerStyle with = style;
    with.self_attention = attention;
    return conv_layer({.in = in, .out = out, .kernel = 4, .stride = 2, .padding = 1}, with);
  };
  // The names are the places in the original's Sequential; 1, 3, 5, ... are dropouts.
  first_ = register_module("0", halving(options.in_channels, width, false));
  auto dense = register_module("2", std::make_shared<torch::nn::Module>());
  auto layers = dense->register_module("layers", std::make_shared<torch::nn::Module>());
  dense1_ = layers->register_module("0", conv_layer({.in = width, .out = width}, style));
  dense2_ = layers->register_module("1", conv_layer({.in = width, .out = width}, style));
  width *= 2;
  for (int i = 0; i < options.blocks; ++i, width *= 2)
    halvings_.push_back(
        register_module(std::to_string(4 + 2 * i), halving(width, 2 * width, i == 0)));
  last_ =
      register_module(std::to_string(3 + 2 * options.blocks),
                      conv_layer({.in = width, .out = 1, .kernel = 4, .padding = 0, .bias = false},
                                 {.norm = "spectral", .activation = false}));
}

NetworkTraits Critic::traits() const {
  return {.in_channels = options_.in_channels,
          .out_channels = 0,
          .receptive_radius = kGlobalRadius,
          .min_side = 4 << (options_.blocks + 1)};
}

torch::Tensor Critic::forward(torch::Tensor image) {
  check_image(image, traits(), "critic");
  const auto drop = [&](const torch::Tensor& x, double share) {
    return batch_feature_dropout(x, share, is_training());
  };
  torch::Tensor x = drop(first_->forward(image), options_.dropout / 2);
  x = torch::cat({dense2_->forward(dense1_->forward(x)), x}, 1);
  for (auto& halving : halvings_) x = halving->forward(drop(x, options_.dropout));
  return last_->forward(x).flatten(1);
}

}  // namespace gan
