// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/safmn.h"

#include "core/error.h"
#include "models/blocks/norm.h"

namespace gan {

namespace nn = torch::nn;

namespace {

constexpr int64_t kLevels = 4;  // halvings 0 to 3

Conv safmn_conv(int64_t in, int64_t out, int64_t kernel = 3, int64_t groups = 1) {
  return make_conv({.in = in, .out = out, .kernel = kernel, .groups = groups});
}

class SafmnBlock : public nn::Module {
 public:
  explicit SafmnBlock(const SafmnOptions& options) {
    const int64_t features = options.features, part = features / kLevels;
    norm1_ = register_module("norm1", ChannelNorm(features));
    norm2_ = register_module("norm2", ChannelNorm(features));
    const auto safm = std::make_shared<Module>(), levels = std::make_shared<Module>();
    for (int64_t i = 0; i < kLevels; ++i)
      levels_.push_back(
          levels->register_module(std::to_string(i), safmn_conv(part, part, 3, part)));
    safm->register_module("mfr", levels);
    join_ = safm->register_module("aggr", safmn_conv(features, features, 1));
    register_module("safm", safm);
    const auto ccm = std::make_shared<Module>(), row = std::make_shared<Module>();
    first_ = row->register_module("0", safmn_conv(features, options.hidden));
    second_ = row->register_module("2", safmn_conv(options.hidden, features, 1));
    ccm->register_module("ccm", row);
    register_module("ccm", ccm);
  }
  torch::Tensor forward(torch::Tensor x) {
    x = modulate(norm1_(x)) + x;
    return second_(at::gelu(first_(norm2_(x)))) + x;
  }

 private:
  torch::Tensor modulate(const torch::Tensor& x) {
    const auto parts = x.chunk(kLevels, 1);
    std::vector<torch::Tensor> levels;
    for (int64_t i = 0; i < kLevels; ++i) {
      if (i == 0) {
        levels.push_back(levels_[0](parts[0]));
        continue;
      }
      const auto small = without_bf16_on_cpu(parts[i], [&](const torch::Tensor& wide) {
        return std::get<0>(at::adaptive_max_pool2d(wide, {x.size(2) >> i, x.size(3) >> i}));
      });
      levels.push_back(at::upsample_nearest2d(levels_[i](small), {x.size(2), x.size(3)}));
    }
    return at::gelu(join_(at::cat(levels, 1))) * x;
  }

  ChannelNorm norm1_{nullptr}, norm2_{nullptr};
  std::vector<Conv> levels_;
  Conv join_{nullptr}, first_{nullptr}, second_{nullptr};
};

}  // namespace

void SafmnOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 4, 1024, "feature maps, a multiple of 4");
  v.integer("blocks", blocks, 1, 256, "blocks");
  v.integer("hidden", hidden, 1, 4096, "width of a block's mixer");
  v.integer("scale", scale, 1, 8, "enlargement");
}

Safmn::Safmn(const SafmnOptions& options) : options_(options) {
  check(options.features % kLevels == 0, ErrorKind::kSettings,
        "network safmn: features must be a multiple of 4, got ", options.features);
  to_feat_ = register_module("to_feat", safmn_conv(3, options.features));
  for (int i = 0; i < options.blocks; ++i) feats_->push_back(std::make_shared<SafmnBlock>(options));
  register_module("feats", feats_);
  const auto to_img = std::make_shared<Module>();
  to_img_ = to_img->register_module(
      "0", safmn_conv(options.features, int64_t{3} * options.scale * options.scale));
  register_module("to_img", to_img);
}

NetworkTraits Safmn::traits() const {
  return {.scale = options_.scale,
          .receptive_radius = kGlobalRadius,  // the pools' cells shift with the sides
          .tile_window = 1 << (kLevels - 1),
          .min_side = 1 << (kLevels - 1)};
}

torch::Tensor Safmn::forward(torch::Tensor image) {
  check_image(image, traits(), "safmn");
  const auto features = to_feat_(image);
  return at::pixel_shuffle(to_img_(feats_->forward(features) + features), options_.scale);
}

}  // namespace gan
