// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/plksr.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/dysample.h"
#include "models/blocks/mish.h"
#include "models/blocks/norm.h"

namespace gan {

namespace nn = torch::nn;

namespace {

Conv plk_conv(int64_t in, int64_t out, int64_t kernel) {
  auto made = make_conv({.in = in, .out = out, .kernel = kernel});
  nn::init::normal_(made->weight, 0, 0.02);
  return made;
}

nn::Conv2d plk_rectangle(int64_t channels, int64_t height, int64_t width) {
  return nn::Conv2d(
      nn::Conv2dOptions(channels, channels, {height, width}).padding({height / 2, width / 2}));
}

class PlkBlock : public nn::Module {
 public:
  explicit PlkBlock(const PlksrOptions& options) : options_(options) {
    const int64_t features = options.features, part = options.part, kernel = options.kernel;
    const bool real = options.norm != "none";
    const auto mixer = std::make_shared<Module>();
    first_ = mixer->register_module(
        "0", plk_conv(features, 2 * features, options.mixer == "iccm" ? 1 : 3));
    second_ = mixer->register_module(
        "2", plk_conv(2 * features, features, options.mixer == "ccm" ? 1 : 3));
    register_module(real ? "channel_mixer" : "channe_mixer", mixer);
    const auto large = std::make_shared<Module>();
    if (options.large == "plain") {
      large_.push_back(nn::Conv2d(nn::Conv2dOptions(part, part, kernel).padding(kernel / 2)));
      large->register_module("conv", large_[0]);
    } else {
      const int64_t narrow = kernel / 3;
      large_ = {plk_rectangle(part, kernel, narrow), plk_rectangle(part, narrow, kernel),
                plk_rectangle(part, narrow, narrow)};
      for (size_t i = 0; i < 3; ++i)
        large->register_module(std::array{"mn_conv", "nm_conv", "nn_conv"}[i], large_[i]);
    }
    register_module("lk", large);
    if (options.norm == "layer") layer_norm_ = register_module("layer_norm", ChannelNorm(features));
    if (options.attention) {
      const auto attention = std::make_shared<Module>(), row = std::make_shared<Module>();
      attention_ = row->register_module("0", plk_conv(features, features, 3));
      attention->register_module("f", row);
      register_module("attn", attention);
    }
    refine_ = register_module("refine", plk_conv(features, features, 1));
    if (options.norm == "group") norm_ = register_module("norm", GroupNorm(4, features));
  }

  torch::Tensor forward(const torch::Tensor& input) {
    torch::Tensor x = layer_norm_ ? layer_norm_(input) : input;
    x = first_(x);
    x = second_(options_.norm == "none" ? at::gelu(x) : apply_mish(x));
    const auto seen = x.slice(1, 0, options_.part);
    torch::Tensor large = large_[0](seen);
    for (size_t i = 1; i < large_.size(); ++i) large = large + large_[i](seen);
    x = at::cat({large, x.slice(1, options_.part)}, 1);
    if (attention_) x = x * attention_(x).sigmoid();
    x = refine_(x);
    if (norm_) x = norm_(x);
    return x + input;
  }

 private:
  PlksrOptions options_;
  ChannelNorm layer_norm_{nullptr};
  Conv first_{nullptr}, second_{nullptr}, attention_{nullptr}, refine_{nullptr};
  std::vector<nn::Conv2d> large_;
  GroupNorm norm_{nullptr};
};

}  // namespace

void PlksrOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 4, 1024, "feature maps");
  v.integer("blocks", blocks, 1, 256, "blocks");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.integer("kernel", kernel, 3, 63, "side of the large kernel, odd");
  v.integer("part", part, 1, 1024, "channels that the large kernel sees");
  v.text("mixer", mixer, "dccm|ccm|iccm", "kernels of a block's first convolutions: 3 3, 3 1, 1 3");
  v.flag("attention", attention, "weigh every value by a convolution's");
  v.text("large", large, "plain|rectangular", "the large kernel: in one, or in three of a third");
  v.text("norm", norm, "group|layer|none", "none is PLKSR, others are RealPLKSR");
  v.text("upsampler", upsampler, "shuffle|dysample", "how features become pixels");
}

Plksr::Plksr(const PlksrOptions& options) : options_(options) {
  check(options.part <= options.features, ErrorKind::kSettings,
        "network plksr: part must be at most features, got ", options.part, " of ",
        options.features);
  check(options.kernel % 2 == 1, ErrorKind::kSettings, "network plksr: kernel must be odd, got ",
        options.kernel);
  check(options.norm != "group" || options.features % 4 == 0, ErrorKind::kSettings,
        "network plksr: features must be a multiple of 4 with norm=group, got ", options.features);
  const int64_t out = int64_t{3} * options.scale * options.scale;
  feats_->push_back(plk_conv(3, options.features, 3));
  for (int i = 0; i < options.blocks; ++i) feats_->push_back(std::make_shared<PlkBlock>(options));
  // In its place RealPLKSR has a dropout, which does nothing.
  if (options.norm != "none") feats_->push_back(nn::Identity());
  feats_->push_back(plk_conv(options.features, out, 3));
  register_module("feats", feats_);
  if (options.upsampler == "dysample") {
    const int64_t groups = options.scale % 2 ? 3 : 4;
    DySample sample(DySampleImpl::Shape{out, 3, options.scale, groups});
    register_module("to_img", sample);
    to_img_ = nn::AnyModule(sample);
  } else {
    to_img_ = nn::AnyModule(nn::PixelShuffle(options.scale));
  }
}

NetworkTraits Plksr::traits() const {
  const int mixer = options_.mixer == "dccm" ? 2 : 1;
  const int block = mixer + options_.kernel / 2 + (options_.attention ? 1 : 0);
  const bool whole = options_.norm == "group" || options_.upsampler == "dysample";
  return {.scale = options_.scale,
          .receptive_radius = whole ? kGlobalRadius : options_.blocks * block + 2,
          .tile_window = whole ? 1 : 0};
}

torch::Tensor Plksr::forward(torch::Tensor image) {
  check_image(image, traits(), "plksr");
  const int64_t copies = int64_t{options_.scale} * options_.scale;
  // After the shuffle the nearest-neighbour enlargement.
  const auto repeated = image.repeat_interleave(copies, 1);
  return to_img_.forward(feats_->forward(image) + repeated);
}

}  // namespace gan
