// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/cgan_discriminator.h"

#include "models/blocks/convolution.h"
#include "models/blocks/dropout.h"

namespace gan {

void CganDiscriminatorOptions::visit(OptionVisitor& v) {
  v.integer("classes", classes, 1, 10000, "number of labels");
  v.integer("embedding", embedding, 1, 1024, "length of a class's vector");
  v.integer("features", features, 1, 1024, "feature maps");
  v.real("dropout", dropout, 0, 0.9, "before the last layer, while training");
}

CganDiscriminator::CganDiscriminator(const CganDiscriminatorOptions& options) : options_(options) {
  const int64_t f = options.features;
  label_embedding_ =
      register_module("label_embedding", torch::nn::Embedding(options.classes, options.embedding));
  label_fc_ = register_module("label_fc", torch::nn::Linear(options.embedding, 28 * 28));
  conv0_ = register_module("conv0", make_conv({.in = 2, .out = f, .stride = 2, .padding = 0}));
  conv1_ = register_module("conv1", make_conv({.in = f, .out = f, .stride = 2, .padding = 0}));
  fc_ = register_module("fc", torch::nn::Linear(f * 7 * 7, 1));
  init_glorot(*this);
  torch::NoGradGuard no_grad;
  label_embedding_->weight.uniform_(-0.05, 0.05);
}

NetworkTraits CganDiscriminator::traits() const {
  return {.in_channels = 1,
          .out_channels = 0,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .fixed_side = 28,
          .classes = options_.classes};
}

torch::Tensor CganDiscriminator::forward(const torch::Tensor& image, const torch::Tensor& label) {
  check_image(image, traits(), "cgan_discriminator");
  const auto weights =
      label_weights(label, options_.classes, image.scalar_type(), "cgan_discriminator");
  const auto map = label_fc_(at::matmul(weights, label_embedding_->weight)).view({-1, 1, 28, 28});
  torch::Tensor x = lrelu_(conv_same(conv0_, torch::cat({image, map}, 1)));
  x = lrelu_(conv_same(conv1_, x));
  return fc_(batch_dropout(x.flatten(1), options_.dropout, is_training()));
}

}  // namespace gan
