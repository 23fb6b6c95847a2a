// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/hat.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/norm.h"
#include "models/blocks/swin_block.h"

namespace gan {

namespace {

using torch::Tensor;

Conv hat_conv(int64_t in, int64_t out, int64_t kernel = 3) {
  return make_conv({.in = in, .out = out, .kernel = kernel});
}

// {query pixels, key pixels}: rows of a table of (window + overlap - 1)^2. The original's index is
// negative where a key lies far to the upper left, and Python counts that from the table's end.
Tensor overlap_index(int64_t window, int64_t overlap) {
  const int64_t side = window + overlap - 1;
  const auto distance = [&](bool rows) {
    const auto place = [&](int64_t length) {
      const auto line = torch::arange(length, torch::kLong);
      return rows ? line.repeat_interleave(length) : line.repeat(length);
    };
    return place(overlap).unsqueeze(0) - place(window).unsqueeze(1) + window - overlap + 1;
  };
  return (distance(true) * side + distance(false)).remainder(side * side);
}

}  // namespace

// Two convolutions whose channels are weighed by their means.
class HatConvs : public torch::nn::Module {
 public:
  explicit HatConvs(const HatOptions& options) {
    const auto cab = std::make_shared<Module>(), third = std::make_shared<Module>(),
               attention = std::make_shared<Module>();
    first_ = cab->register_module("0", hat_conv(options.features, options.squeezed));
    second_ = cab->register_module("2", hat_conv(options.squeezed, options.features));
    narrow_ = attention->register_module("1", hat_conv(options.features, options.attention, 1));
    widen_ = attention->register_module("3", hat_conv(options.attention, options.features, 1));
    third->register_module("attention", attention);
    cab->register_module("3", third);
    register_module("cab", cab);
  }
  Tensor forward(const Tensor& x) {
    const auto y = second_(at::gelu(first_(x)));
    return y * widen_(narrow_(y.mean(at::IntArrayRef{2, 3}, true)).relu()).sigmoid();
  }

 private:
  Conv first_{nullptr}, second_{nullptr}, narrow_{nullptr}, widen_{nullptr};
};

class HatBlock : public torch::nn::Module {
 public:
  HatBlock(const HatOptions& options, int64_t heads, bool shifted)
      : window_(options.window),
        shift_(shifted ? options.window / 2 : 0),
        share_(options.conv_scale) {
    norm1_ = register_module("norm1", LayerNorm(options.features));
    attn_ = register_module("attn", WindowAttention(options.features, heads, window_));
    convs_ = register_module("conv_block", std::make_shared<HatConvs>(options));
    norm2_ = register_module("norm2", LayerNorm(options.features));
    mlp_ = register_module(
        "mlp", Mlp(options.features, std::llround(options.features * options.mlp_ratio)));
  }
  Tensor forward(const Tensor& x, const Tensor& mask) {
    const auto normed = norm1_(x);
    const auto convolved = convs_->forward(normed.permute({0, 3, 1, 2})).permute({0, 2, 3, 1});
    const auto windows = attn_(to_windows(rolled(normed, -shift_, -shift_), {window_, window_}),
                               shift_ > 0 ? mask : Tensor());
    const auto attended =
        rolled(from_windows(windows, {window_, window_}, x.sizes()), shift_, shift_);
    const auto y = x + attended + convolved * share_;
    return y + mlp_(norm2_(y));
  }

 private:
  int64_t window_, shift_;
  double share_;
  LayerNorm norm1_{nullptr}, norm2_{nullptr};
  WindowAttention attn_{nullptr};
  std::shared_ptr<HatConvs> convs_;
  Mlp mlp_{nullptr};
};

// Queries of a window attend to keys of a larger one around it, zeros beyond the picture too.
class OverlappingAttention : public torch::nn::Module {
 public:
  OverlappingAttention(const HatOptions& options, int64_t heads)
      : window_(options.window),
        overlap_(options.overlap),
        heads_(heads),
        index_(overlap_index(window_, overlap_)) {
    const int64_t features = options.features, side = window_ + overlap_ - 1;
    norm1_ = register_module("norm1", LayerNorm(features));
    qkv_ = register_module("qkv", torch::nn::Linear(features, 3 * features));
    table_ = register_parameter("relative_position_bias_table",
                                0.02 * torch::randn({side * side, heads}));
    proj_ = register_module("proj", torch::nn::Linear(features, features));
    norm2_ = register_module("norm2", LayerNorm(features));
    mlp_ = register_module(
        "mlp", Mlp(features, std::llround(static_cast<double>(features) * options.mlp_ratio)));
  }
  Tensor forward(const Tensor& x) {
    const auto parts = qkv_(norm1_(x)).chunk(3, 3);
    const double scale = 1 / std::sqrt(static_cast<double>(x.size(3) / heads_));
    const auto query = to_heads(to_windows(parts[0] * scale, {window_, window_}), heads_);
    const auto attended =
        attend(query, to_heads(larger_windows(parts[1]), heads_),
               to_heads(larger_windows(parts[2]), heads_), position_bias(table_, index_));
    const auto y = proj_(from_windows(attended, {window_, window_}, x.sizes())) + x;
    return y + mlp_(norm2_(y));
  }

 private:
  // {N, H, W, C} -> {N nH nW, overlap^2, C}
  Tensor larger_windows(const Tensor& x) const {
    const int64_t rim = (overlap_ - window_) / 2;
    return at::constant_pad_nd(x, {0, 0, rim, rim, rim, rim})
        .unfold(1, overlap_, window_)
        .unfold(2, overlap_, window_)  // {N, nH, nW, C, overlap, overlap}
        .permute({0, 1, 2, 4, 5, 3})
        .reshape({-1, overlap_ * overlap_, x.size(3)});
  }

  int64_t window_, overlap_, heads_;
  Tensor index_, table_;
  LayerNorm norm1_{nullptr}, norm2_{nullptr};
  torch::nn::Linear qkv_{nullptr}, proj_{nullptr};
  Mlp mlp_{nullptr};
};

class HatGroup : public torch::nn::Module {
 public:
  HatGroup(const HatOptions& options, int depth, int heads) {
    const auto group = std::make_shared<Module>(), blocks = std::make_shared<Module>();
    for (int i = 0; i < depth; ++i)
      blocks_.push_back(blocks->register_module(
          std::to_string(i), std::make_shared<HatBlock>(options, heads, i % 2 == 1)));
    group->register_module("blocks", blocks);
    overlap_ = group->register_module("overlap_attn",
                                      std::make_shared<OverlappingAttention>(options, heads));
    register_module("residual_group", group);
    conv_ = GroupConv(*this, "conv", options.features, options.group_conv);
  }
  Tensor forward(const Tensor& x, const Tensor& mask) {
    Tensor y = x;
    for (auto& block : blocks_) y = block->forward(y, mask);
    return conv_.of_picture(overlap_->forward(y)) + x;
  }

 private:
  std::vector<std::shared_ptr<HatBlock>> blocks_;
  std::shared_ptr<OverlappingAttention> overlap_;
  GroupConv conv_;
};

void HatOptions::visit(OptionVisitor& v) {
  TransformerOptions::visit(v);
  v.integer("window", window, 2, 64, "side of a window in pixels");
  v.integer("overlap", overlap, 2, 128, "side of the windows that overlap, at least window");
  v.real("mlp_ratio", mlp_ratio, 0.1, 8, "width of a block's linear layers by that of the block");
  v.integer("squeezed", squeezed, 1, 1024, "width of the convolutions beside the attention");
  v.integer("attention", attention, 1, 1024, "width of their channel attention");
  v.real("conv_scale", conv_scale, 0, 1, "their share of a block");
}

Hat::Hat(const HatOptions& options) : options_(options) {
  frame_ = TransformerFrame(
      *this, options,
      {.network = "hat", .first_norm = "patch_embed.norm", .padded_to = options.window});
  check(options.overlap >= options.window && (options.overlap - options.window) % 2 == 0,
        ErrorKind::kSettings, "network hat: overlap must be window and an even number more, got ",
        options.overlap, " with window=", options.window);
  const auto layers = std::make_shared<Module>();
  for (size_t i = 0; i < frame_.depths().size(); ++i) {
    check(options.features % frame_.heads()[i] == 0, ErrorKind::kSettings,
          "network hat: features must be a multiple of heads, got ", options.features, " and ",
          frame_.heads()[i]);
    groups_.push_back(layers->register_module(
        std::to_string(i),
        std::make_shared<HatGroup>(options, frame_.depths()[i], frame_.heads()[i])));
  }
  register_module("layers", layers);
}

torch::Tensor Hat::forward(torch::Tensor image) {
  check_image(image, traits(), "hat");
  return frame_.run(
      image, [&](const torch::Tensor& x) { return through_groups(x, options_.window, groups_); });
}

}  // namespace gan
