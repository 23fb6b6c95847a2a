// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/wespe_discriminator.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/fixed_filter.h"

namespace gan {

void WespeDiscriminatorOptions::visit(OptionVisitor& v) {
  v.text("judges", judges, "color|texture", "blurred colours, or grey texture");
  v.integer("features", features, 1, 512, "feature maps of the first layer");
}

WespeDiscriminator::WespeDiscriminator(const WespeDiscriminatorOptions& options)
    : options_(options) {
  const bool color = options.judges == "color";
  filter_ = color ? released_blur_kernel(23)
                  : torch::tensor({0.2989f, 0.5870f, 0.1140f}).view({1, 3, 1, 1});
  const int64_t f = options.features, widths[] = {f, 2 * f, 4 * f, 8 * f, 8 * f, 1};
  int64_t in = color ? 3 : 1;
  for (size_t i = 0; i < std::size(widths); ++i) {
    convs_.push_back(register_module(
        concat("conv", i),
        make_conv(
            {.in = in, .out = widths[i], .kernel = 4, .stride = i < 4 ? 2 : 1, .padding = 0})));
    if (i > 0 && i + 1 < std::size(widths))
      norms_.push_back(register_module(
          concat("norm", i), AffineInstanceNorm(widths[i], Spread::kAddedToDeviation, 1e-3)));
    in = widths[i];
  }
  init_normal(*this);
}

NetworkTraits WespeDiscriminator::traits() const {
  return {.out_channels = 0, .receptive_radius = kGlobalRadius};
}

torch::Tensor WespeDiscriminator::forward(torch::Tensor image) {
  check_image(image, traits(), "wespe_discriminator");
  torch::Tensor x = filtered(image, filter_) * 2 - 1;
  for (size_t i = 0; i + 1 < convs_.size(); ++i) {
    x = conv_same(convs_[i], x);
    x = lrelu_(i == 0 ? x : norms_[i - 1](x));
  }
  return conv_same(convs_.back(), x);
}

}  // namespace gan
