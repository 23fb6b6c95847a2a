// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/latent_discriminator.h"

#include "core/error.h"
#include "models/blocks/convolution.h"

namespace gan {

namespace nn = torch::nn;

void LatentDiscriminatorOptions::visit(OptionVisitor& v) {
  v.integer("latent", latent, 1, 4096, "length of the code");
  v.integer("features", features, 1, 1024, "width of the hidden layers");
  v.real("epsilon", epsilon, 1e-8, 0.1, "of the batch norms");
}

LatentDiscriminator::LatentDiscriminator(const LatentDiscriminatorOptions& options)
    : options_(options) {
  int64_t in = options.latent;
  for (int i = 0; i < kHidden; ++i) {
    fc_.push_back(register_module(concat("fc", i), nn::Linear(in, options.features)));
    bn_.push_back(register_module(
        concat("bn", i), BatchNorm(options.features, BatchNormStyle{options.epsilon, 0.01})));
    in = options.features;
  }
  fc_.push_back(register_module(concat("fc", kHidden), nn::Linear(in, 1)));
  init_normal(*this);
}

NetworkTraits LatentDiscriminator::traits() const {
  return {.in_channels = 0, .out_channels = 0, .latent = options_.latent};
}

torch::Tensor LatentDiscriminator::forward(torch::Tensor latent) {
  torch::Tensor x = check_latent(latent, traits(), "latent_discriminator");
  for (int i = 0; i < kHidden; ++i) x = lrelu_(bn_[i](fc_[i](x)));
  return fc_[kHidden](x);
}

}  // namespace gan
