// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/resnet_unet.h"

#include "core/error.h"
#include "models/blocks/conv_layer.h"
#include "models/blocks/imagenet.h"
#include "models/blocks/normalised_conv.h"
#include "models/blocks/resampling.h"

namespace gan {

namespace nn = torch::nn;

// A 1x1 convolution to four times the feature maps, ReLU, and a pixel shuffle to twice the side.
// Note [ICNR]: with weight norm the weight is made of weight_g and weight_v on every forward, so
// the initialisation has to go into these; filling the product alone, as fast.ai does, has no
// effect.
class PixelShuffleLayer : public nn::Module {
 public:
  PixelShuffleLayer(int64_t in, int64_t out, const std::string& norm, bool blur) : blur_(blur) {
    conv_ = register_module("conv", conv_layer({.in = in, .out = 4 * out, .kernel = 1},
                                               {.norm = norm, .activation = false}));
    torch::NoGradGuard no_grad;
    if (auto* weight_norm = conv_[0]->as<WeightNormConv>()) {
      init_icnr(weight_norm->weight_v);
      weight_norm->weight_g.copy_(at::norm_except_dim(weight_norm->weight_v));
    } else {
      for (const auto& item : conv_[0]->named_parameters())
        if (item.value().dim() == 4) init_icnr(item.value());
    }
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const auto y = at::pixel_shuffle(conv_->forward(x).relu_(), 2);
    return blur_ ? at::avg_pool2d(replication_pad(y, {1, 0, 1, 0}), 2, 1) : y;
  }

 private:
  bool blur_;
  Chain conv_{nullptr};
};

// Doubles what comes from below and joins it with the encoder's activations of that size.
class ResnetUnetBlock : public nn::Module {
 public:
  struct Shape {
    int64_t below, skip;
    bool last, self_attention;
  };
  ResnetUnetBlock(const Shape& shape, const ResnetUnetOptions& options) {
    shuffle_ =
        register_module("shuf", std::make_shared<PixelShuffleLayer>(shape.below, shape.below / 2,
                                                                    options.norm, options.blur));
    norm_ = register_module("bn", BatchNorm(shape.skip));
    const int64_t joined = shape.below / 2 + shape.skip;
    out = shape.last ? joined / 2 : joined;
    conv1_ =
        register_module("conv1", conv_layer({.in = joined, .out = out}, {.norm = options.norm}));
    conv2_ = register_module(
        "conv2", conv_layer({.in = out, .out = out},
                            {.norm = options.norm, .self_attention = shape.self_attention}));
  }
  torch::Tensor forward(const torch::Tensor& below, const torch::Tensor& skip) {
    torch::Tensor up = shuffle_->forward(below);
    if (up.size(2) != skip.size(2) || up.size(3) != skip.size(3))
      up = at::upsample_nearest2d(up, {skip.size(2), skip.size(3)});
    return conv2_(conv1_(torch::cat({up, norm_(skip)}, 1).relu_()));
  }

  int64_t out;  // feature maps

 private:
  std::shared_ptr<PixelShuffleLayer> shuffle_;
  BatchNorm norm_{nullptr};
  Chain conv1_{nullptr}, conv2_{nullptr};
};

void ResnetUnetOptions::visit(OptionVisitor& v) {
  v.integer("out_channels", out_channels, 1, 16, "channels of the output");
  v.integer("features", features, 1, 256, "width of the encoder's first stage");
  v.text("blocks", blocks, "", "basic blocks of the four stages: 3-4-6-3 = ResNet-34");
  v.text("norm", norm, "weight|spectral|batch|none", "of the decoder's convolutions");
  v.flag("self_attention", self_attention, "in the decoder's second block");
  v.flag("blur", blur, "2x2 average after each pixel shuffle but the last");
  v.integer("scale", scale, 1, 4, "enlargement before the network");
  v.real("y_low", y_low, -100, 100, "lower end of the output, in normalised values");
  v.real("y_high", y_high, -100, 100, "its upper end; equal to y_low: no limits");
  v.flag("normalise", normalise, "with ImageNet's mean and deviation, and back");
}

ResnetUnet::ResnetUnet(const ResnetUnetOptions& options) : options_(options) {
  check(options.out_channels == 3 || !options.normalise, ErrorKind::kSettings,
        "network resnet_unet: normalise wants out_channels 3, got ", options.out_channels);
  const int64_t f = options.features, bottom = 8 * f;
  const ConvLayerStyle style{.norm = options.norm};
  layers_ = register_module("layers", std::make_shared<nn::Module>());
  encoder_ = layers_->register_module(
      "0", std::make_shared<ResnetEncoder>(
               3, f, number_list(options.blocks, {4, 4, 64}, "network resnet_unet: blocks")));
  bridge_norm_ = layers_->register_module("1", BatchNorm(bottom));
  bridge_ =
      layers_->register_module("3", Chain(conv_layer({.in = bottom, .out = 2 * bottom}, style),
                                          conv_layer({.in = 2 * bottom, .out = bottom}, style)));
  int64_t width = bottom;
  const int64_t skips[] = {4 * f, 2 * f, f, f};
  for (int i = 0; i < 4; ++i) {
    const ResnetUnetBlock::Shape shape{width, skips[i], i == 3, options.self_attention && i == 1};
    blocks_.push_back(layers_->register_module(std::to_string(4 + i),
                                               std::make_shared<ResnetUnetBlock>(shape, options)));
    width = blocks_.back()->out;
  }
  last_shuffle_ = layers_->register_module(
      "8", std::make_shared<PixelShuffleLayer>(width, width, options.norm, false));
  width += 3;  // the input joins
  auto residual = layers_->register_module("10", std::make_shared<nn::Module>());
  auto residual_layers = residual->register_module("layers", std::make_shared<nn::Module>());
  residual1_ =
      residual_layers->register_module("0", conv_layer({.in = width, .out = width}, style));
  residual2_ =
      residual_layers->register_module("1", conv_layer({.in = width, .out = width}, style));
  out_ = layers_->register_module(
      "11", conv_layer({.in = width, .out = options.out_channels, .kernel = 1},
                       {.norm = options.norm, .activation = false}));
}

NetworkTraits ResnetUnet::traits() const {
  return {.out_channels = options_.out_channels,
          .scale = options_.scale,
          .receptive_radius = kGlobalRadius};
}

torch::Tensor ResnetUnet::forward(torch::Tensor image) {
  check_image(image, traits(), "resnet_unet");
  image = enlarge_bicubic(image, options_.scale);
  if (options_.normalise) image = imagenet_normalise(image);
  const auto features = encoder_->forward(image);
  torch::Tensor x = bridge_->forward(bridge_norm_(features[4]).relu_());
  for (int i = 0; i < 4; ++i) x = blocks_[i]->forward(x, features[3 - i]);
  x = last_shuffle_->forward(x);
  if (x.size(2) != image.size(2) || x.size(3) != image.size(3))
    x = at::upsample_nearest2d(x, {image.size(2), image.size(3)});
  x = torch::cat({x, image}, 1);
  x = out_->forward(residual2_->forward(residual1_->forward(x)) + x);
  if (options_.y_low != options_.y_high)
    x = x.sigmoid() * (options_.y_high - options_.y_low) + options_.y_low;
  return options_.normalise ? imagenet_denormalise(x) : x;
}

}  // namespace gan
