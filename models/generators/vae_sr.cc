// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/vae_sr.h"

#include <numeric>

#include "models/blocks/convolution.h"
#include "models/blocks/resampling.h"

namespace gan {

void VaeSrOptions::visit(OptionVisitor& v) {
  v.integer("latent", latent, 1, 512, "channels of the code");
  v.integer("features", features, 1, 512, "feature maps at half of the output's size");
  v.integer("scale", scale, 1, 4, "enlargement");
}

VaeSr::VaeSr(const VaeSrOptions& options) : options_(options) {
  const int64_t f = options.features;
  encoder_ = register_module("encoder", Chain());
  for (const auto& [in, out] : {std::pair{int64_t{3}, f}, {f, 2 * f}, {2 * f, 4 * f}}) {
    encoder_->push_back(make_conv({.in = in, .out = out, .stride = 2}));
    encoder_->push_back(leaky_relu());
    encoder_->push_back(make_conv({.in = out, .out = out}));
    encoder_->push_back(leaky_relu());
  }
  const ConvShape head{.in = 4 * f, .out = options.latent, .kernel = 1};
  mean_ = register_module("mean", make_conv(head));
  log_variance_ = register_module("log_variance", make_conv(head));
  decoder_ = register_module("decoder", Chain());
  for (const auto& [in, out] :
       {std::pair{int64_t{options.latent}, 4 * f}, {4 * f, 2 * f}, {2 * f, f}}) {
    decoder_->push_back(
        ConvTranspose(ConvShape{.in = in, .out = out, .kernel = 4, .stride = 2, .padding = 1}));
    decoder_->push_back(leaky_relu());
    decoder_->push_back(make_conv({.in = out, .out = out}));
    decoder_->push_back(leaky_relu());
  }
  decoder_->push_back(make_conv({.in = f, .out = 3}));
}

NetworkTraits VaeSr::traits() const {
  // In output pixels: (1 + 2) + (2 + 4) + (4 + 8) down; 8 * 1.5 + 4 and halves of it up, and 1.
  const int reach = 21 + 16 + 8 + 4 + 1;
  const int bicubic = options_.scale > 1 ? 2 : 0;
  return {.scale = options_.scale,
          .receptive_radius = (reach + options_.scale - 1) / options_.scale + bicubic,
          .size_multiple = 8 / std::gcd(8, options_.scale)};
}

Posterior VaeSr::encode(const torch::Tensor& image) {
  check_image(image, traits(), "vae_sr");
  const auto features = encoder_->forward(enlarge_bicubic(image, options_.scale) * 2 - 1);
  return {mean_(features), log_variance_(features)};
}

torch::Tensor VaeSr::decode(const torch::Tensor& latent, const torch::Tensor& image) {
  return enlarge_bicubic(image, options_.scale) + decoder_->forward(latent);
}

torch::Tensor VaeSr::forward(torch::Tensor image) { return decode(encode(image).mean, image); }

}  // namespace gan
