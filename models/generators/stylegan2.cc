// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/stylegan2.h"

#include <bit>
#include <cmath>

#include "core/error.h"
#include "models/blocks/modulated_conv.h"

namespace gan {

namespace nn = torch::nn;

namespace {

constexpr double kGain = M_SQRT2;  // of the leaky ReLU, so that it keeps the variance
const double kTaps[] = {1, 3, 3, 1};

torch::Tensor unit_moment(const torch::Tensor& x) {
  return x * (x.square().mean(1, true) + 1e-8).rsqrt();
}

torch::Tensor clamped(torch::Tensor x, double limit) {
  return limit > 0 ? x.clamp_(-limit, limit) : x;
}

}  // namespace

// A dense layer with an equalised learning rate: the stored weight is used times gain / sqrt(in).
class StyleGan2Dense : public nn::Module {
 public:
  StyleGan2Dense(int64_t in, int64_t out, double rate, double bias)
      : weight_gain_(rate / std::sqrt(static_cast<double>(in))), bias_gain_(rate) {
    weight_ = register_parameter("weight", torch::randn({out, in}) / rate);
    bias_ = register_parameter("bias", torch::full({out}, bias));
  }
  torch::Tensor forward(const torch::Tensor& x) const {
    return at::linear(x, weight_ * weight_gain_, bias_ * bias_gain_);
  }

 private:
  double weight_gain_, bias_gain_;
  torch::Tensor weight_, bias_;
};

class StyleGan2Mapping::Layer : public StyleGan2Dense {
 public:
  using StyleGan2Dense::StyleGan2Dense;
};

StyleGan2Mapping::StyleGan2Mapping(const StyleGan2Options& options, int layers_out)
    : layers_out_(layers_out) {
  int64_t in = options.latent;
  if (options.classes > 0) {
    embed_ =
        register_module("embed", std::make_shared<Layer>(options.classes, options.style, 1.0, 0.0));
    in += options.style;
  }
  for (int i = 0; i < options.mapping_layers; ++i, in = options.style)
    layers_.push_back(
        register_module(concat("fc", i), std::make_shared<Layer>(in, options.style, 0.01, 0.0)));
  w_avg_ = register_buffer("w_avg", torch::zeros({options.style}));
}

torch::Tensor StyleGan2Mapping::forward(const torch::Tensor& latent, const torch::Tensor& label,
                                        const Truncation& truncation) {
  torch::Tensor x = unit_moment(latent);
  if (embed_) x = torch::cat({x, unit_moment(embed_->forward(label))}, 1);
  for (const auto& layer : layers_) x = at::leaky_relu(layer->forward(x), 0.2).mul(kGain);
  x = x.unsqueeze(1).repeat({1, layers_out_, 1});
  if (truncation.psi == 1) return x;
  const int64_t cut = truncation.cutoff < 0 ? layers_out_ : truncation.cutoff;
  const auto truncated =
      at::lerp(w_avg_.expand_as(x.slice(1, 0, cut)), x.slice(1, 0, cut), truncation.psi);
  return torch::cat({truncated, x.slice(1, cut)}, 1);
}

// A modulated 3x3 convolution, noise, bias and leaky ReLU.
class StyleGan2Layer : public nn::Module {
 public:
  struct Shape {
    int64_t in, out, side;
    bool doubles;
  };
  StyleGan2Layer(const StyleGan2Options& options, const Shape& shape)
      : doubles_(shape.doubles), noise_(options.noise == "const"), clamp_(options.conv_clamp) {
    affine_ = register_module("affine",
                              std::make_shared<StyleGan2Dense>(options.style, shape.in, 1.0, 1.0));
    weight_ = register_parameter("weight", torch::randn({shape.out, shape.in, 3, 3}));
    filter_ = register_buffer("resample_filter", resample_filter(kTaps));
    noise_const_ = register_buffer("noise_const", torch::randn({shape.side, shape.side}));
    noise_strength_ = register_parameter("noise_strength", torch::zeros({}));
    bias_ = register_parameter("bias", torch::zeros({shape.out}));
  }
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& w) {
    torch::Tensor y = modulated_conv(x, weight_, affine_->forward(w),
                                     {true, doubles_ ? filter_ : torch::Tensor()});
    if (noise_) y = y + noise_const_ * noise_strength_;
    y = at::leaky_relu_(y.add_(bias_.view({1, -1, 1, 1})), 0.2).mul(kGain);
    return clamped(y, clamp_);
  }

 private:
  bool doubles_, noise_;
  double clamp_;
  std::shared_ptr<StyleGan2Dense> affine_;
  torch::Tensor weight_, filter_, noise_const_, noise_strength_, bias_;
};

// A modulated 1x1 convolution without demodulation.
class StyleGan2ToRgb : public nn::Module {
 public:
  StyleGan2ToRgb(const StyleGan2Options& options, int64_t in)
      : gain_(1 / std::sqrt(static_cast<double>(in))), clamp_(options.conv_clamp) {
    affine_ =
        register_module("affine", std::make_shared<StyleGan2Dense>(options.style, in, 1.0, 1.0));
    weight_ = register_parameter("weight", torch::randn({options.channels, in, 1, 1}));
    bias_ = register_parameter("bias", torch::zeros({options.channels}));
  }
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& w) {
    auto y = modulated_conv(x, weight_, affine_->forward(w) * gain_, {false, {}});
    return clamped(y.add_(bias_.view({1, -1, 1, 1})), clamp_);
  }

 private:
  double gain_, clamp_;
  std::shared_ptr<StyleGan2Dense> affine_;
  torch::Tensor weight_, bias_;
};

// The layers of one size: a doubling and a plain convolution (4x4: a learned constant and a plain
// one), and what they add to the picture.
class StyleGan2Block : public nn::Module {
 public:
  StyleGan2Block(const StyleGan2Options& options, int64_t in, int64_t out, int64_t side) {
    filter_ = register_buffer("resample_filter", resample_filter(kTaps));
    using Shape = StyleGan2Layer::Shape;
    if (in == 0)
      const_ = register_parameter("const", torch::randn({out, side, side}));
    else
      conv0_ = register_module(
          "conv0", std::make_shared<StyleGan2Layer>(options, Shape{in, out, side, true}));
    conv1_ = register_module(
        "conv1", std::make_shared<StyleGan2Layer>(options, Shape{out, out, side, false}));
    torgb_ = register_module("torgb", std::make_shared<StyleGan2ToRgb>(options, out));
  }
  int layers() const { return conv0_ ? 2 : 1; }

  // styles {N, layers() + 1, style}: the last one is the picture's. Updates x and picture.
  void forward(torch::Tensor& x, torch::Tensor& picture, const torch::Tensor& styles) {
    const auto style = [&](int64_t i) { return styles.select(1, i); };
    if (conv0_)
      x = conv1_->forward(conv0_->forward(x, style(0)), style(1));
    else
      x = conv1_->forward(
          const_.to(styles.scalar_type()).unsqueeze(0).expand({styles.size(0), -1, -1, -1}),
          style(0));
    const auto added = torgb_->forward(x, style(layers()));
    picture = picture.defined() ? upsample2d(picture, filter_) + added : added;
  }

 private:
  torch::Tensor const_, filter_;
  std::shared_ptr<StyleGan2Layer> conv0_, conv1_;
  std::shared_ptr<StyleGan2ToRgb> torgb_;
};

void StyleGan2Options::visit(OptionVisitor& v) {
  v.integer("latent", latent, 1, 4096, "length of z");
  v.integer("classes", classes, 0, 100000, "number of labels; 0: not conditional");
  v.integer("style", style, 1, 4096, "length of w");
  v.integer("side", side, 4, 2048, "of the picture, a power of two");
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("mapping_layers", mapping_layers, 1, 16, "dense layers from z to w");
  v.integer("channel_base", channel_base, 4, 1 << 20, "feature maps times side");
  v.integer("features", features, 1, 2048, "most feature maps of any size");
  v.text("noise", noise, "const|none", "the stored noise, or none");
  v.real("conv_clamp", conv_clamp, 0, 65504, "limit of activations; 0: none");
}

StyleGan2::StyleGan2(const StyleGan2Options& options) : options_(options) {
  check(std::has_single_bit(static_cast<unsigned>(options.side)), ErrorKind::kSettings,
        "network stylegan2: side must be a power of two, got ", options.side);
  const auto width = [&](int side) {
    return std::max<int64_t>(1, std::min(options.channel_base / side, options.features));
  };
  synthesis_ = register_module("synthesis", std::make_shared<nn::Module>());
  int layers = 1;
  for (int side = 4; side <= options.side; side *= 2) {
    blocks_.push_back(synthesis_->register_module(
        concat("b", side), std::make_shared<StyleGan2Block>(
                               options, side == 4 ? 0 : width(side / 2), width(side), side)));
    layers += blocks_.back()->layers();
  }
  mapping_ = register_module("mapping", std::make_shared<StyleGan2Mapping>(options, layers));
}

NetworkTraits StyleGan2::traits() const {
  return {.in_channels = 0,
          .out_channels = options_.channels,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .latent = options_.latent,
          .classes = options_.classes,
          .out_width = options_.side,
          .out_height = options_.side};
}

torch::Tensor StyleGan2::map(const NetworkInput& input) {
  const auto latent = check_latent(input.latent, traits(), "stylegan2");
  const auto label = options_.classes ? label_weights(input.label, options_.classes,
                                                      latent.scalar_type(), "stylegan2")
                                      : torch::Tensor();
  return mapping_->forward(latent, label, {input.truncation, -1});
}

torch::Tensor StyleGan2::synthesise(const torch::Tensor& styles) {
  torch::Tensor x, picture;
  int64_t next = 0;
  for (const auto& block : blocks_) {
    block->forward(x, picture, styles.slice(1, next, next + block->layers() + 1));
    next += block->layers();
  }
  return picture;
}

torch::Tensor StyleGan2::run(const NetworkInput& input) { return synthesise(map(input)); }

}  // namespace gan
