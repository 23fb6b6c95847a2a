// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/realcugan.h"

#include "core/error.h"
#include "models/blocks/convolution.h"

namespace gan {

namespace nn = torch::nn;

namespace {

constexpr double kBlack = 0.15, kRange = 0.7;  // of the models "pro"

Conv valid(int64_t in, int64_t out, int64_t kernel = 3, int64_t stride = 1) {
  return make_conv({.in = in, .out = out, .kernel = kernel, .stride = stride, .padding = 0});
}
ConvTranspose doubling(int64_t channels) {
  return ConvTranspose(
      ConvShape{.in = channels, .out = channels, .kernel = 2, .stride = 2, .padding = 0});
}
torch::Tensor bend(const torch::Tensor& x) { return at::leaky_relu(x, 0.1); }
torch::Tensor cropped(const torch::Tensor& x, int64_t rim) {
  return x.slice(2, rim, x.size(2) - rim).slice(3, rim, x.size(3) - rim);
}

}  // namespace

// Two convolutions, and a weight for each channel by the mean of the whole map.
class CunetConv : public nn::Module {
 public:
  CunetConv(int64_t in, int64_t middle, int64_t out, bool weighs) {
    const auto row = std::make_shared<Module>();
    first_ = row->register_module("0", valid(in, middle));
    second_ = row->register_module("2", valid(middle, out));
    register_module("conv", row);
    if (!weighs) return;
    const auto block = std::make_shared<Module>();
    narrow_ = block->register_module("conv1", valid(out, out / 8, 1));
    widen_ = block->register_module("conv2", valid(out / 8, out, 1));
    register_module("seblock", block);
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const auto y = bend(second_(bend(first_(x))));
    if (!narrow_) return y;
    return y * widen_(narrow_(y.mean(at::IntArrayRef{2, 3}, true)).relu()).sigmoid();
  }

 private:
  Conv first_{nullptr}, second_{nullptr}, narrow_{nullptr}, widen_{nullptr};
};

namespace {

std::shared_ptr<CunetConv> convs(int64_t in, int64_t middle, int64_t out, bool weighs = true) {
  return std::make_shared<CunetConv>(in, middle, out, weighs);
}

}  // namespace

// One halving; enlarges at its end.
class CunetSmall : public nn::Module {
 public:
  CunetSmall(int64_t in, int64_t out, int64_t scale) {
    conv1_ = register_module("conv1", convs(in, 32, 64, false));
    down_ = register_module("conv1_down", valid(64, 64, 2, 2));
    conv2_ = register_module("conv2", convs(64, 128, 64));
    up_ = register_module("conv2_up", doubling(64));
    conv3_ = register_module("conv3", valid(64, 64));
    const ConvShape shape =
        scale == 3 ? ConvShape{.in = 64, .out = out, .kernel = 5, .stride = 3, .padding = 2}
                   : ConvShape{.in = 64, .out = out, .kernel = 4, .stride = 2, .padding = 3};
    bottom_ = register_module("conv_bottom", ConvTranspose(shape));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const auto full = conv1_->forward(x);
    const auto half = bend(up_(conv2_->forward(bend(down_(full)))));
    return bottom_(bend(conv3_(cropped(full, 4) + half)));
  }

 private:
  std::shared_ptr<CunetConv> conv1_, conv2_;
  Conv down_{nullptr}, conv3_{nullptr};
  ConvTranspose up_{nullptr}, bottom_{nullptr};
};

// Two halvings.
class CunetLarge : public nn::Module {
 public:
  CunetLarge(int64_t in, int64_t out) {
    conv1_ = register_module("conv1", convs(in, 32, 64, false));
    down1_ = register_module("conv1_down", valid(64, 64, 2, 2));
    conv2_ = register_module("conv2", convs(64, 64, 128));
    down2_ = register_module("conv2_down", valid(128, 128, 2, 2));
    conv3_ = register_module("conv3", convs(128, 256, 128));
    up3_ = register_module("conv3_up", doubling(128));
    conv4_ = register_module("conv4", convs(128, 64, 64));
    up4_ = register_module("conv4_up", doubling(64));
    conv5_ = register_module("conv5", valid(64, 64));
    bottom_ = register_module("conv_bottom", valid(64, out));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const auto full = conv1_->forward(x);
    const auto half = conv2_->forward(bend(down1_(full)));
    const auto quarter = bend(up3_(conv3_->forward(bend(down2_(half)))));
    const auto joined = bend(up4_(conv4_->forward(cropped(half, 4) + quarter)));
    return bottom_(bend(conv5_(cropped(full, 16) + joined)));
  }

 private:
  std::shared_ptr<CunetConv> conv1_, conv2_, conv3_, conv4_;
  Conv down1_{nullptr}, down2_{nullptr}, conv5_{nullptr}, bottom_{nullptr};
  ConvTranspose up3_{nullptr}, up4_{nullptr};
};

void RealCuganOptions::visit(OptionVisitor& v) {
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("scale", scale, 2, 4, "enlargement");
  v.flag("pro", pro, "values are squeezed into 0.15 to 0.85 within");
}

RealCugan::RealCugan(const RealCuganOptions& options) : options_(options) {
  const int64_t channels = options.channels;
  // The fourfold one enlarges twice within and twice by a pixel shuffle at the end.
  const int64_t between = options.scale == 4 ? 64 : channels;
  unet1_ = register_module("unet1", std::make_shared<CunetSmall>(channels, between, options.scale));
  unet2_ = register_module("unet2", std::make_shared<CunetLarge>(between, between));
  if (options.scale == 4)
    conv_final_ =
        register_module("conv_final", nn::Conv2d(nn::Conv2dOptions(between, 4 * channels, 3)));
}

NetworkTraits RealCugan::traits() const {
  return {.in_channels = options_.channels,
          .out_channels = options_.channels,
          .scale = options_.scale,
          .receptive_radius = kGlobalRadius,
          .tile_window = options_.scale == 3 ? 4 : 2,
          .min_side = 20};
}

torch::Tensor RealCugan::forward(torch::Tensor image) {
  const NetworkTraits traits = this->traits();
  check_image(image, traits, "realcugan");
  const int64_t height = image.size(2), width = image.size(3), scale = options_.scale;
  if (options_.pro) image = image * kRange + kBlack;
  const int64_t rim = scale == 2 ? 18 : scale == 3 ? 14 : 19, multiple = traits.tile_window;
  const auto missing = [&](int64_t side) { return (multiple - side % multiple) % multiple; };
  const auto padded =
      reflection_pad(image, {rim, rim + missing(width), rim, rim + missing(height)});
  const auto first = unet1_->forward(padded);
  auto output = unet2_->forward(first) + cropped(first, 20);
  if (scale == 4) output = at::pixel_shuffle(cropped(conv_final_(output), 1), 2);
  output = output.slice(2, 0, height * scale).slice(3, 0, width * scale);
  if (scale == 4) output = output + at::upsample_nearest2d(image, {height * scale, width * scale});
  return options_.pro ? (output - kBlack) / kRange : output;
}

}  // namespace gan
