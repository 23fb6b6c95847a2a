// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/vae.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"

namespace gan {

namespace nn = torch::nn;

namespace {

constexpr double kSlope = 0.01;

ConvTranspose doubling(int64_t in, int64_t out) {
  return ConvTranspose(ConvShape{.in = in, .out = out, .stride = 2}, 1);
}

}  // namespace

void VaeOptions::visit(OptionVisitor& v) {
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("out_channels", out_channels, 1, 4, "channels that it gives back");
  v.integer("latent", latent, 1, 4096, "length of the code");
  v.text("hidden", hidden, "", "feature maps of the layers; five make 64x64 pictures");
}

Vae::Vae(const VaeOptions& options)
    : options_(options), hidden_(number_list(options.hidden, {1, 7, 4096}, "network vae: hidden")) {
  int64_t in = options.channels;
  for (const int out : hidden_) {
    encoder_->push_back(
        Chain(make_conv({.in = in, .out = out, .stride = 2}), BatchNorm(out), leaky_relu(kSlope)));
    in = out;
  }
  register_module("encoder", encoder_);
  mean_ = register_module("fc_mu", nn::Linear(in * 4, options.latent));
  log_variance_ = register_module("fc_var", nn::Linear(in * 4, options.latent));
  decoder_input_ = register_module("decoder_input", nn::Linear(options.latent, in * 4));
  for (size_t i = hidden_.size() - 1; i > 0; --i)
    decoder_->push_back(
        Chain(doubling(hidden_[i], hidden_[i - 1]), BatchNorm(hidden_[i - 1]), leaky_relu(kSlope)));
  register_module("decoder", decoder_);
  const int64_t last = hidden_[0];
  final_ = register_module("final_layer",
                           Chain(doubling(last, last), BatchNorm(last), leaky_relu(kSlope),
                                 make_conv({.in = last, .out = options.out_channels}), nn::Tanh()));
}

NetworkTraits Vae::traits() const {
  const int side = 2 << hidden_.size();
  return {.in_channels = options_.channels,
          .out_channels = options_.out_channels,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .size_multiple = side,
          .fixed_side = side,
          .latent = options_.latent,
          .out_width = side,
          .out_height = side};
}

Posterior Vae::encode(const torch::Tensor& image) {
  check_image(image, traits(), "vae");
  const auto features = encoder_->forward(image).flatten(1);
  return {mean_(features), log_variance_(features)};
}

torch::Tensor Vae::decode(const torch::Tensor& latent) {
  torch::Tensor x = decoder_input_(check_latent(latent, traits(), "vae"));
  x = x.view({-1, hidden_.back(), 2, 2});
  if (hidden_.size() > 1) x = decoder_->forward(x);
  return final_->forward(x);
}

torch::Tensor Vae::run(const NetworkInput& input) {
  if (input.latent.defined()) return decode(input.latent * input.truncation);
  return decode(encode(input.image).mean);
}

}  // namespace gan
