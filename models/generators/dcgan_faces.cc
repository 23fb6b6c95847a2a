// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/dcgan_faces.h"

#include "core/error.h"

namespace gan {

void DcganFacesOptions::visit(OptionVisitor& v) {
  v.integer("latent", latent, 1, 4096, "length of the code");
  v.integer("features", features, 1, 1024, "feature maps");
  v.integer("dense_features", dense_features, 1, 1024, "feature maps of the dense layer");
  v.text("norm", norm, "none|batch", "after the dense layer and every enlargement");
  v.integer("last_kernel", last_kernel, 1, 9, "side of the last convolution, odd");
}

DcganFaces::DcganFaces(const DcganFacesOptions& options) : options_(options) {
  check(options.last_kernel % 2 == 1, ErrorKind::kSettings,
        "network dcgan_faces: last_kernel must be odd, got ", options.last_kernel);
  const bool batch = options.norm == "batch";
  const int64_t dense = int64_t{options.dense_features} * 5 * 5;
  fc_ = register_module("fc", torch::nn::Linear(options.latent, dense));
  if (batch) bn_fc_ = register_module("bn_fc", BatchNorm(dense, kKerasBatchNorm));
  for (int i = 0; i < kStages; ++i) {
    const ConvShape shape{.in = i == 0 ? options.dense_features : options.features,
                          .out = options.features,
                          .kernel = 4,
                          .stride = 2,
                          .padding = 1};
    up_.push_back(register_module(concat("up", i), ConvTranspose(shape)));
    if (batch)
      bn_.push_back(register_module(concat("bn", i), BatchNorm(options.features, kKerasBatchNorm)));
  }
  conv_out_ = register_module(
      "conv_out", make_conv({.in = options.features, .out = 3, .kernel = options.last_kernel}));
  init_glorot(*this);
}

NetworkTraits DcganFaces::traits() const {
  return {.in_channels = 0,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .latent = options_.latent,
          .out_width = 80,
          .out_height = 80};
}

torch::Tensor DcganFaces::forward(torch::Tensor latent) {
  torch::Tensor x = fc_(check_latent(latent, traits(), "dcgan_faces"));
  if (bn_fc_) x = bn_fc_(x);
  x = lrelu_(x).view({-1, options_.dense_features, 5, 5});
  for (int i = 0; i < kStages; ++i) {
    x = up_[i](x);
    if (!bn_.empty()) x = bn_[i](x);
    x = lrelu_(x);
  }
  return conv_out_(x).tanh_();
}

}  // namespace gan
