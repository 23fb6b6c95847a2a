// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/cgan.h"

#include "core/error.h"

namespace gan {

void CganOptions::visit(OptionVisitor& v) {
  v.integer("latent", latent, 1, 4096, "length of the code");
  v.integer("classes", classes, 1, 10000, "number of labels");
  v.integer("embedding", embedding, 1, 1024, "length of a class's vector");
  v.integer("features", features, 1, 1024, "feature maps");
}

Cgan::Cgan(const CganOptions& options) : options_(options) {
  const int64_t width = options.features;
  label_embedding_ =
      register_module("label_embedding", torch::nn::Embedding(options.classes, options.embedding));
  label_fc_ = register_module("label_fc", torch::nn::Linear(options.embedding, 7 * 7));
  fc_ = register_module("fc", torch::nn::Linear(options.latent, width * 7 * 7));
  const auto up = [&](const char* name, int64_t in) {
    return register_module(
        name,
        ConvTranspose(ConvShape{.in = in, .out = width, .kernel = 4, .stride = 2, .padding = 1}));
  };
  up0_ = up("up0", width + 1);
  up1_ = up("up1", width);
  conv_out_ = register_module("conv_out", make_conv({.in = width, .out = 1, .kernel = 7}));
  init_glorot(*this);
  torch::NoGradGuard no_grad;
  label_embedding_->weight.uniform_(-0.05, 0.05);  // Keras' default for embeddings
}

NetworkTraits Cgan::traits() const {
  return {.in_channels = 0,
          .out_channels = 1,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .latent = options_.latent,
          .classes = options_.classes,
          .out_width = 28,
          .out_height = 28};
}

torch::Tensor Cgan::forward(torch::Tensor latent, const torch::Tensor& label) {
  const auto code = check_latent(latent, traits(), "cgan");
  const auto weights = label_weights(label, options_.classes, code.scalar_type(), "cgan");
  const auto map = label_fc_(at::matmul(weights, label_embedding_->weight)).view({-1, 1, 7, 7});
  torch::Tensor x = lrelu_(fc_(code)).view({-1, options_.features, 7, 7});
  x = lrelu_(up0_(torch::cat({x, map}, 1)));
  return conv_out_(lrelu_(up1_(x))).tanh_();
}

torch::Tensor Cgan::run(const NetworkInput& input) {
  return forward(input.truncation == 1 ? input.latent : input.latent * input.truncation,
                 input.label);
}

}  // namespace gan
