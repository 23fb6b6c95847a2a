// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/dcgan_discriminator.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/dropout.h"
#include "models/generators/dcgan.h"

namespace gan {

void DcganDiscriminatorOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 1, 512, "feature maps of the first layer");
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("side", side, 16, 256, "of the picture: 16, 28, 32, 64, 128 or 256");
}

DcganDiscriminator::DcganDiscriminator(const DcganDiscriminatorOptions& options)
    : options_(options) {
  const int stages = dcgan_stages(options.side, "dcgan_discriminator");
  int64_t in = options.channels;
  for (int i = 0; i < stages; ++i) {
    const int64_t out = int64_t{options.features} << i;
    main_->push_back(
        make_conv({.in = in, .out = out, .kernel = 4, .stride = 2, .padding = 1, .bias = false}));
    if (i > 0) main_->push_back(BatchNorm(out));
    main_->push_back(leaky_relu());
    in = out;
  }
  // 28 halves to 3, not 4: the last layer then pads.
  const bool padded = options.side == 28;
  main_->push_back(make_conv({.in = in,
                              .out = 1,
                              .kernel = 4,
                              .stride = padded ? 2 : 1,
                              .padding = padded ? 1 : 0,
                              .bias = false}));
  register_module("main", main_);
  init_normal(*this);
}

NetworkTraits DcganDiscriminator::traits() const {
  return {.in_channels = options_.channels,
          .out_channels = 0,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .fixed_side = options_.side};
}

torch::Tensor DcganDiscriminator::forward(torch::Tensor image) {
  check_image(image, traits(), "dcgan_discriminator");
  return main_->forward(image).flatten();
}

void DcganFacesDiscriminatorOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 1, 1024, "feature maps");
  v.integer("first_features", first_features, 1, 1024, "feature maps at full size");
  v.integer("kernel", kernel, 1, 9, "side of the convolutions, odd");
  v.text("norm", norm, "none|batch", "after every convolution");
  v.real("dropout", dropout, 0, 0.9, "before the last layer, while training");
}

DcganFacesDiscriminator::DcganFacesDiscriminator(const DcganFacesDiscriminatorOptions& options)
    : options_(options) {
  check(options.kernel % 2 == 1, ErrorKind::kSettings,
        "network dcgan_faces_discriminator: kernel must be odd, got ", options.kernel);
  int64_t in = 3;
  for (int i = 0; i < kConvs; ++i) {
    const int64_t out = i == 0 ? options.first_features : options.features;
    convs_.push_back(register_module(concat("conv", i), make_conv({.in = in,
                                                                   .out = out,
                                                                   .kernel = options.kernel,
                                                                   .stride = i == 0 ? 1 : 2,
                                                                   .padding = 0})));
    if (options.norm == "batch")
      norms_.push_back(register_module(concat("bn", i), BatchNorm(out, kKerasBatchNorm)));
    in = out;
  }
  fc_ = register_module("fc", torch::nn::Linear(in * 5 * 5, 1));
  init_glorot(*this);
}

NetworkTraits DcganFacesDiscriminator::traits() const {
  return {.out_channels = 0, .low = -1, .receptive_radius = kGlobalRadius, .fixed_side = 80};
}

torch::Tensor DcganFacesDiscriminator::forward(torch::Tensor image) {
  check_image(image, traits(), "dcgan_faces_discriminator");
  torch::Tensor x = image;
  for (int i = 0; i < kConvs; ++i) {
    x = conv_same(convs_[i], x);
    if (!norms_.empty()) x = norms_[i](x);
    x = lrelu_(x);
  }
  return fc_(batch_dropout(x.flatten(1), options_.dropout, is_training()));
}

}  // namespace gan
