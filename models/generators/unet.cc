// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/unet.h"

#include <algorithm>

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/dropout.h"
#include "models/blocks/norm.h"

namespace gan {

namespace nn = torch::nn;

// One level: halves, runs the level inside it, doubles, and joins the result to its own input.
class UnetLevel : public nn::Module {
 public:
  enum class Place { kInner, kMiddle, kOuter };
  struct Widths {
    int64_t in, inner, out;
  };
  UnetLevel(const UnetOptions& options, Place place, const Widths& widths,
            std::shared_ptr<UnetLevel> inside, bool dropout)
      : place_(place) {
    const bool bias = wants_bias(options.norm), batch_in_eval = options.test_norm == "batch";
    if (place != Place::kOuter) model_->push_back(leaky_relu());
    model_->push_back(make_conv({.in = widths.in,
                                 .out = widths.inner,
                                 .kernel = 4,
                                 .stride = 2,
                                 .padding = 1,
                                 .bias = bias}));
    if (place == Place::kMiddle) push_norm(model_, options.norm, widths.inner, batch_in_eval);
    if (inside) model_->push_back(inside);
    model_->push_back(relu());
    model_->push_back(ConvTranspose(ConvShape{.in = inside ? 2 * widths.inner : widths.inner,
                                              .out = widths.out,
                                              .kernel = 4,
                                              .stride = 2,
                                              .padding = 1,
                                              .bias = bias || place == Place::kOuter}));
    if (place == Place::kOuter)
      model_->push_back(nn::Tanh());
    else
      push_norm(model_, options.norm, widths.out, batch_in_eval);
    if (dropout) model_->push_back(Dropout(0.5));
    register_module("model", model_);
  }
  torch::Tensor forward(torch::Tensor x) {
    if (place_ == Place::kOuter) return model_->forward(x);
    // The LeakyReLU at the level's head works in place, so what joins is the activated input.
    const auto enhanced = model_->forward(x);
    return torch::cat({x, enhanced}, 1);
  }

 private:
  Place place_;
  nn::Sequential model_;
};

void UnetOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 8, "channels of the input");
  v.integer("out_channels", out_channels, 1, 8, "channels of the output");
  v.integer("levels", levels, 5, 10, "halvings; 8 = U-Net 256, 7 = U-Net 128");
  v.integer("features", features, 1, 512, "feature maps of the outermost level");
  v.text("norm", norm, "batch|instance|none", "normalisation");
  v.flag("dropout", dropout, "0.5 in the inner levels while training");
  v.text("test_norm", test_norm, "running|batch", "statistics of batch norm when not training");
}

Unet::Unet(const UnetOptions& options) : options_(options) {
  using Place = UnetLevel::Place;
  const int64_t f = options.features;
  // Feature maps double with every level up to 8 f; the levels between the fourth and the innermost
  // are the ones with dropout.
  auto level = std::make_shared<UnetLevel>(options, Place::kInner,
                                           UnetLevel::Widths{8 * f, 8 * f, 8 * f}, nullptr, false);
  for (int i = 0; i < options.levels - 5; ++i)
    level = std::make_shared<UnetLevel>(
        options, Place::kMiddle, UnetLevel::Widths{8 * f, 8 * f, 8 * f}, level, options.dropout);
  for (const int64_t width : {4 * f, 2 * f, f})
    level = std::make_shared<UnetLevel>(options, Place::kMiddle,
                                        UnetLevel::Widths{width, 2 * width, width}, level, false);
  // The authors' generator holds its outermost level as `model`, whose layers are `model.model`.
  model_ = register_module(
      "model", std::make_shared<UnetLevel>(
                   options, Place::kOuter,
                   UnetLevel::Widths{options.in_channels, f, options.out_channels}, level, false));
  init_normal(*this);
}

NetworkTraits Unet::traits() const {
  return {.in_channels = options_.in_channels,
          .out_channels = options_.out_channels,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .size_multiple = 1 << options_.levels};
}

torch::Tensor Unet::forward(torch::Tensor image) {
  check_image(image, traits(), "unet");
  return model_->forward(std::move(image));
}

}  // namespace gan
