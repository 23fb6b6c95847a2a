// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/mosr.h"

#include "core/error.h"
#include "models/blocks/dysample.h"
#include "models/blocks/mish.h"
#include "models/blocks/norm.h"

namespace gan {

namespace nn = torch::nn;

namespace {

constexpr int64_t kMeans = 8;  // pictures whose mean the upsampler `mean` gives

Conv mosr_conv(int64_t in, int64_t out, int64_t kernel = 3, int64_t groups = 1) {
  return make_conv({.in = in, .out = out, .kernel = kernel, .groups = groups});
}

class GatedBlock : public nn::Module {
 public:
  explicit GatedBlock(const MosrOptions& options) : options_(options) {
    norm_ = register_module("norm", ChannelNorm(options.features));
    first_ = register_module("fc1", mosr_conv(options.features, int64_t{2} * options.hidden));
    depthwise_ = register_module(
        "conv", mosr_conv(options.depthwise, options.depthwise, options.kernel, options.depthwise));
    second_ = register_module("fc2", mosr_conv(options.hidden, options.features));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const auto parts = first_(norm_(x)).split_with_sizes(
        {options_.hidden, options_.hidden - options_.depthwise, options_.depthwise}, 1);
    const auto mixed = at::cat({parts[1], depthwise_(parts[2])}, 1);
    return apply_mish(second_(apply_mish(parts[0]) * mixed)) + (x - 0.5);
  }

 private:
  MosrOptions options_;
  ChannelNorm norm_{nullptr};
  Conv first_{nullptr}, depthwise_{nullptr}, second_{nullptr};
};

}  // namespace

void MosrOptions::visit(OptionVisitor& v) {
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("features", features, 4, 1024, "feature maps");
  v.integer("blocks", blocks, 1, 256, "gated blocks");
  v.integer("hidden", hidden, 1, 4096, "width within a block");
  v.integer("depthwise", depthwise, 1, 4096, "channels that the depthwise convolution sees");
  v.integer("kernel", kernel, 1, 31, "side of the depthwise kernel, odd");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.text("upsampler", upsampler, "shuffle|mean|dysample", "how features become pixels");
}

Mosr::Mosr(const MosrOptions& options) : options_(options) {
  check(options.depthwise <= options.hidden, ErrorKind::kSettings,
        "network mosr: depthwise must be at most hidden, got ", options.depthwise, " of ",
        options.hidden);
  check(options.kernel % 2 == 1, ErrorKind::kSettings, "network mosr: kernel must be odd, got ",
        options.kernel);
  const int64_t features = options.features;
  gblocks_->push_back(mosr_conv(options.channels, features));
  for (int i = 0; i < options.blocks; ++i)
    gblocks_->push_back(std::make_shared<GatedBlock>(options));
  gblocks_->push_back(mosr_conv(features, 2 * features));
  gblocks_->push_back(Mish());
  gblocks_->push_back(mosr_conv(2 * features, features));
  gblocks_->push_back(Mish());
  gblocks_->push_back(mosr_conv(features, features, 1));
  register_module("gblocks", gblocks_);
  const auto shortcut = std::make_shared<Module>(), block = std::make_shared<Module>();
  shortcut_first_ = block->register_module("0", mosr_conv(options.channels, features));
  shortcut_second_ = block->register_module("2", mosr_conv(features, features));
  shortcut->register_module("block", block);
  shortcut_point_ = shortcut->register_module("conv11", mosr_conv(options.channels, features, 1));
  register_module("shortcut", shortcut);
  const int64_t out = int64_t{options.channels} * options.scale * options.scale;
  if (options.upsampler == "dysample") {
    DySample sample(DySampleImpl::Shape{features, options.channels, options.scale, 4});
    register_module("upsampler", sample);
    sample_ = nn::AnyModule(sample);
    return;
  }
  const auto upsampler = std::make_shared<Module>();
  up_ = options.upsampler == "mean"
            ? upsampler->register_module("in_to_k", mosr_conv(features, kMeans * out))
            : upsampler->register_module("0", mosr_conv(features, out));
  register_module("upsampler", upsampler);
}

NetworkTraits Mosr::traits() const {
  const bool whole = options_.upsampler == "dysample";
  return {
      .in_channels = options_.channels,
      .out_channels = options_.channels,
      .scale = options_.scale,
      .receptive_radius = whole ? kGlobalRadius : options_.blocks * (2 + options_.kernel / 2) + 4,
      .tile_window = whole ? 1 : 0};
}

torch::Tensor Mosr::forward(torch::Tensor image) {
  check_image(image, traits(), "mosr");
  auto shortcut =
      apply_mish(shortcut_second_(apply_mish(shortcut_first_(image)))) + shortcut_point_(image);
  auto features = gblocks_->forward(image) + (shortcut - 0.5);
  if (!up_) return sample_.forward(features);
  features = up_(features);
  if (options_.upsampler == "mean")
    features =
        features.view({features.size(0), kMeans, -1, features.size(2), features.size(3)}).mean(1);
  return at::pixel_shuffle(features, options_.scale);
}

}  // namespace gan
