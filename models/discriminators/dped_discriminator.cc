// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/dped_discriminator.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/fixed_filter.h"

namespace gan {

void DpedDiscriminatorOptions::visit(OptionVisitor& v) {
  v.text("judges", judges, "grey|color|texture", "DPED's grey, or WESPE's colours or texture");
  v.integer("features", features, 1, 256, "feature maps of the first layer");
  v.integer("side", side, 32, 512, "of the patches");
}

DpedDiscriminator::DpedDiscriminator(const DpedDiscriminatorOptions& options) : options_(options) {
  const bool color = options.judges == "color";
  filter_ =
      color ? printed_blur_kernel(21) : torch::tensor({0.299f, 0.587f, 0.114f}).view({1, 3, 1, 1});
  const int64_t f = options.features;
  int64_t in = color ? 3 : 1, side = options.side;
  const ConvShape shapes[] = {{.in = 0, .out = f, .kernel = 11, .stride = 4},
                              {.in = 0, .out = f * 8 / 3, .kernel = 5, .stride = 2},
                              {.in = 0, .out = f * 4},
                              {.in = 0, .out = f * 4},
                              {.in = 0, .out = f * 8 / 3, .stride = 2}};
  for (size_t i = 0; i < std::size(shapes); ++i) {
    ConvShape shape = shapes[i];
    shape.in = in;
    shape.padding = 0;
    convs_.push_back(register_module(concat("conv", i), make_conv(shape)));
    if (i > 0)
      norms_.push_back(
          register_module(concat("norm", i), AffineInstanceNorm(shape.out, Spread::kBiased, 1e-3)));
    in = shape.out;
    side = (side + shape.stride - 1) / shape.stride;
  }
  dense_ = register_module("dense", torch::nn::Linear(in * side * side, 1024));
  out_ = register_module("out", torch::nn::Linear(1024, options.judges == "grey" ? 2 : 1));
  init_normal(*this, 0.01);
}

NetworkTraits DpedDiscriminator::traits() const {
  return {.out_channels = 0, .receptive_radius = kGlobalRadius, .fixed_side = options_.side};
}

torch::Tensor DpedDiscriminator::forward(torch::Tensor image) {
  check_image(image, traits(), "dped_discriminator");
  torch::Tensor x = filtered(image, filter_);
  for (size_t i = 0; i < convs_.size(); ++i) {
    x = conv_same(convs_[i], x);
    // The first layer has no norm.
    x = lrelu_(x);
    if (i > 0) x = norms_[i - 1](x);
  }
  return out_(lrelu_(dense_(x.flatten(1))));
}

}  // namespace gan
