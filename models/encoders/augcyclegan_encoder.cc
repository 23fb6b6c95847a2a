// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/encoders/augcyclegan_encoder.h"

#include "core/error.h"
#include "models/blocks/convolution.h"

namespace gan {

void AugCycleGanEncoderOptions::visit(OptionVisitor& v) {
  v.integer("latent", latent, 1, 512, "length of the code");
  v.integer("features", features, 1, 512, "feature maps of the first layer");
  v.text("form", form, "keras|paper", "beside the modulated generator, or the paper's");
  v.text("norm", norm, "batch|layer", "of form keras; layer does not mix the samples of a batch");
}

AugCycleGanEncoder::AugCycleGanEncoder(const AugCycleGanEncoderOptions& options)
    : options_(options) {
  check(options.form == "keras" || options.norm == "batch", ErrorKind::kSettings,
        "network augcyclegan_encoder: norm=layer is for form=keras, got form=", options.form);
  if (options.form == "keras")
    make_keras();
  else
    make_paper();
  init_normal(*this);
}

void AugCycleGanEncoder::make_keras() {
  const int64_t f = options_.features;
  int64_t in = 6;
  for (const int64_t out : {f, 2 * f, 4 * f, 8 * f, 8 * f, 8 * f, 8 * f}) {
    const size_t i = convs_.size();
    convs_.push_back(register_module(concat("conv", i),
                                     make_conv({.in = in, .out = out, .stride = 2, .padding = 0})));
    const std::string name = concat("bn", i);
    if (i > 0 && options_.norm == "layer")
      norms_.emplace_back(register_module(name, GroupNorm(/*groups=*/1, out)));
    else if (i > 0)
      norms_.emplace_back(register_module(name, BatchNorm(out, kKerasBatchNorm)));
    in = out;
  }
  out_ = register_module("conv_out", make_conv({.in = in, .out = options_.latent, .kernel = 1}));
}

void AugCycleGanEncoder::make_paper() {
  const int64_t f = options_.features;
  conv_modules_ = torch::nn::Sequential();
  conv_modules_->push_back(make_conv({.in = 6, .out = f, .stride = 2}));
  conv_modules_->push_back(relu());
  for (const int64_t out : {2 * f, 4 * f, 8 * f}) {
    conv_modules_->push_back(make_conv({.in = out / 2, .out = out, .stride = 2, .bias = false}));
    conv_modules_->push_back(BatchNorm(out));
    conv_modules_->push_back(relu());
  }
  conv_modules_->push_back(
      make_conv({.in = 8 * f, .out = 8 * f, .kernel = 4, .padding = 0, .bias = false}));
  conv_modules_->push_back(BatchNorm(8 * f));
  conv_modules_->push_back(relu());
  register_module("conv_modules", conv_modules_);
  const ConvShape head{.in = 8 * f, .out = options_.latent, .kernel = 1};
  out_ = register_module("enc_mu", make_conv(head));
  log_variance_ = register_module("enc_logvar", make_conv(head));
}

NetworkTraits AugCycleGanEncoder::traits() const {
  const bool keras = options_.form == "keras";
  return {.in_channels = 6,
          .out_channels = 0,
          .low = keras ? 0.0 : -1.0,
          .receptive_radius = kGlobalRadius,
          .fixed_side = keras ? 0 : 64,
          .latent = options_.latent};
}

AugCycleGanEncoder::Code AugCycleGanEncoder::distribution(const torch::Tensor& pair) {
  check_image(pair, traits(), "augcyclegan_encoder");
  const bool paper = static_cast<bool>(log_variance_);
  check(pair.size(2) <= 128 && pair.size(3) <= 128, ErrorKind::kFailed,
        "augcyclegan_encoder: picture sides must be at most 128, got ", pair.size(3), "x",
        pair.size(2));
  if (paper) {
    const auto features = conv_modules_->forward(pair);
    return {out_(features).flatten(1), log_variance_(features).flatten(1)};
  }
  torch::Tensor x = lrelu_(conv_same(convs_[0], pair));
  for (size_t i = 1; i < convs_.size(); ++i)
    x = lrelu_(norms_[i - 1].forward<torch::Tensor>(conv_same(convs_[i], x)));
  return {out_(x).flatten(1), {}};
}

torch::Tensor AugCycleGanEncoder::forward(torch::Tensor pair) { return distribution(pair).mean; }

}  // namespace gan
