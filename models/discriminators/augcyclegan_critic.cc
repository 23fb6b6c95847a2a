// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/discriminators/augcyclegan_critic.h"

#include "core/error.h"
#include "models/blocks/convolution.h"

namespace gan {

void AugCycleGanCriticOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 1, 512, "feature maps of the first layer");
  v.text("form", form, "keras|patch|edges", "beside the modulated generator, or the paper's");
  v.text("norm", norm, "instance|batch", "of the paper's forms");
}

AugCycleGanCritic::AugCycleGanCritic(const AugCycleGanCriticOptions& options) : options_(options) {
  if (options.form == "keras")
    make_keras();
  else
    make_paper();
  init_normal(*this);
}

void AugCycleGanCritic::make_keras() {
  const int64_t f = options_.features, widths[] = {f, 2 * f, 4 * f, 4 * f, 1};
  int64_t in = 3;
  for (size_t i = 0; i < std::size(widths); ++i) {
    convs_.push_back(register_module(
        concat("conv", i),
        make_conv(
            {.in = in, .out = widths[i], .kernel = 4, .stride = i < 2 ? 2 : 1, .padding = 0})));
    if (i > 0 && i + 1 < std::size(widths))
      norms_.push_back(register_module(concat("bn", i), BatchNorm(widths[i], kKerasBatchNorm)));
    in = widths[i];
  }
}

void AugCycleGanCritic::make_paper() {
  const bool edges = options_.form == "edges";
  const int64_t f = options_.features, widths[] = {f, 2 * f, 4 * f, 4 * f};
  model_ = torch::nn::Sequential();
  int64_t in = 3;
  for (size_t i = 0; i < std::size(widths); ++i) {
    model_->push_back(make_conv({.in = in,
                                 .out = widths[i],
                                 .kernel = edges ? 3 : 4,
                                 .stride = edges || i < 2 ? 2 : 1,
                                 .padding = 1}));
    if (i > 0 && options_.norm == "batch")
      model_->push_back(BatchNorm(widths[i]));
    else if (i > 0)
      model_->push_back(AffineInstanceNorm(widths[i], Spread::kBiased, 1e-5, "scale", "shift"));
    model_->push_back(leaky_relu());
    in = widths[i];
  }
  model_->push_back(make_conv({.in = in, .out = 1, .kernel = 4, .padding = edges ? 0 : 1}));
  register_module("model", model_);
}

NetworkTraits AugCycleGanCritic::traits() const {
  const bool keras = options_.form == "keras";
  return {.out_channels = 0,
          .low = keras ? 0.0 : -1.0,
          .receptive_radius = kGlobalRadius,
          .min_side = keras                      ? 1
                      : options_.form == "edges" ? 49
                                                 : 16};
}

torch::Tensor AugCycleGanCritic::forward(torch::Tensor image) {
  check_image(image, traits(), "augcyclegan_critic");
  if (model_) return model_->forward(image);
  torch::Tensor x = lrelu_(conv_same(convs_[0], image));
  for (size_t i = 1; i + 1 < convs_.size(); ++i) x = lrelu_(norms_[i - 1](conv_same(convs_[i], x)));
  return conv_same(convs_.back(), x);
}

}  // namespace gan
