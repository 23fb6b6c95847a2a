// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/atd.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/conv_mlp.h"
#include "models/blocks/norm.h"
#include "models/blocks/swin_block.h"

namespace gan {

namespace nn = torch::nn;

namespace {

using torch::Tensor;

// x {N, pixels, C} in the order of `places` {N, pixels}.
Tensor ordered(const Tensor& x, const Tensor& places) {
  return x.gather(1, places.unsqueeze(2).expand_as(x));
}

}  // namespace

// Pixels attend to tokens; how much, {N, pixels, tokens}, is of use to others.
class TokenAttention : public nn::Module {
 public:
  explicit TokenAttention(const AtdOptions& options) : tokens_(options.tokens) {
    const int64_t features = options.features;
    wq_ = register_module("wq", nn::Linear(features, options.reduced));
    wk_ = register_module("wk", nn::Linear(features, options.reduced));
    wv_ = register_module("wv", nn::Linear(features, features));
    scale_ = register_parameter("scale", 0.5 * torch::ones(options.tokens));
  }
  std::pair<Tensor, Tensor> forward(const Tensor& x, const Tensor& tokens) {
    const auto likeness = at::matmul(unit_length(wq_(x)), unit_length(wk_(tokens)).transpose(1, 2));
    const auto sharpness = 1 + scale_.clamp(0, 1) * std::log(static_cast<double>(tokens_));
    const auto weights = (likeness * sharpness).softmax(-1);
    return {at::matmul(weights, wv_(tokens)), weights};
  }

 private:
  int64_t tokens_;
  nn::Linear wq_{nullptr}, wk_{nullptr}, wv_{nullptr};
  Tensor scale_;
};

// Pixels, sorted by the token that they resemble most, attend to their neighbours in that order.
class CategoryAttention : public nn::Module {
 public:
  CategoryAttention(const AtdOptions& options, int64_t heads)
      : heads_(heads), category_(options.category) {
    proj_ = register_module("proj", nn::Linear(options.features, options.features));
    logit_scale_ = register_parameter("logit_scale", std::log(10.0) * torch::ones({1, 1}));
  }
  Tensor forward(const Tensor& qkv, const Tensor& likeness) {
    const int64_t n = qkv.size(0), pixels = qkv.size(1), group = std::min(pixels, category_),
                  groups = (pixels + group - 1) / group, more = groups * group - pixels;
    // Of many equals: newer LibTorch leaves their order open unless told otherwise.
    const auto order = std::get<1>(likeness.argmax(-1).sort(/*stable=*/true));
    const auto sorted = ordered(qkv, order);
    const auto padded = at::cat({sorted, sorted.slice(1, pixels - more).flip(1)}, 1);
    const auto parts = padded.view({n * groups, group, -1}).chunk(3, 2);
    const auto sharpness = logit_scale_.clamp_max(std::log(100.0)).exp();
    const auto attended = attend(to_heads(parts[0] * sharpness, heads_), to_heads(parts[1], heads_),
                                 to_heads(parts[2], heads_), {});
    const auto y = attended.view({n, groups * group, -1}).slice(1, 0, pixels);
    return proj_(ordered(y, std::get<1>(order.sort(1))));
  }

 private:
  int64_t heads_, category_;
  nn::Linear proj_{nullptr};
  Tensor logit_scale_;
};

// Swin's attention without its first linear layer.
class PlainWindowAttention : public nn::Module {
 public:
  PlainWindowAttention(int64_t features, int64_t heads, int64_t window)
      : heads_(heads), index_(relative_index({window, window})) {
    const int64_t distances = 2 * window - 1;
    table_ = register_parameter("relative_position_bias_table",
                                0.02 * torch::randn({distances * distances, heads}));
    proj_ = register_module("proj", nn::Linear(features, features));
  }
  Tensor forward(const Tensor& qkv, const Tensor& mask) {
    const auto parts = qkv.chunk(3, 2);
    const double scale = 1 / std::sqrt(static_cast<double>(parts[0].size(2) / heads_));
    return proj_(attend(to_heads(parts[0] * scale, heads_), to_heads(parts[1], heads_),
                        to_heads(parts[2], heads_), position_bias(table_, index_), mask));
  }

 private:
  int64_t heads_;
  Tensor index_, table_;
  nn::Linear proj_{nullptr};
};

class AtdBlock : public nn::Module {
 public:
  struct Place {
    int64_t heads;
    bool shifted, last;
  };
  AtdBlock(const AtdOptions& options, const Place& place)
      : window_(options.window), shift_(place.shifted ? window_ / 2 : 0) {
    const int64_t features = options.features;
    norm1_ = register_module("norm1", LayerNorm(features));
    norm2_ = register_module("norm2", LayerNorm(features));
    if (!place.last) {
      norm3_ = register_module(
          "norm3", nn::InstanceNorm1d(nn::InstanceNorm1dOptions(options.tokens).affine(true)));
      sigma_ = register_parameter("sigma", torch::zeros({options.tokens, 1}));
    }
    wqkv_ = register_module("wqkv", nn::Linear(features, 3 * features));
    windows_ = register_module(
        "attn_win", std::make_shared<PlainWindowAttention>(features, place.heads, window_));
    tokens_ = register_module("attn_atd", std::make_shared<TokenAttention>(options));
    categories_ =
        register_module("attn_aca", std::make_shared<CategoryAttention>(options, place.heads));
    mlp_ = register_module(
        "convffn",
        ConvMlp(features, std::llround(static_cast<double>(features) * options.mlp_ratio),
                options.kernel));
  }

  // x {N, H, W, C}; tokens {N, tokens, C} become those of the next block.
  Tensor forward(const Tensor& x, Tensor& tokens, const Tensor& mask) {
    const auto normed = norm1_(x), qkv = wqkv_(normed);
    const auto [by_tokens, likeness] = tokens_->forward(normed.flatten(1, 2), tokens);
    const auto by_category = categories_->forward(qkv.flatten(1, 2), likeness);
    const auto windows =
        windows_->forward(to_windows(rolled(qkv, -shift_, -shift_), {window_, window_}),
                          shift_ > 0 ? mask : Tensor());
    const auto by_window =
        rolled(from_windows(windows, {window_, window_}, x.sizes()), shift_, shift_);
    auto y = x + by_window + (by_tokens + by_category).view(x.sizes());
    y = y + mlp_(norm2_(y));
    if (norm3_) {
      const auto weights = norm3_(likeness.transpose(1, 2)).softmax(-1);
      const auto kept = sigma_.sigmoid();
      tokens = kept * tokens + (1 - kept) * at::matmul(weights, y.flatten(1, 2));
    }
    return y;
  }

 private:
  int64_t window_, shift_;
  LayerNorm norm1_{nullptr}, norm2_{nullptr};
  nn::InstanceNorm1d norm3_{nullptr};
  Tensor sigma_;
  nn::Linear wqkv_{nullptr};
  std::shared_ptr<PlainWindowAttention> windows_;
  std::shared_ptr<TokenAttention> tokens_;
  std::shared_ptr<CategoryAttention> categories_;
  ConvMlp mlp_{nullptr};
};

class AtdGroup : public nn::Module {
 public:
  AtdGroup(const AtdOptions& options, int depth, int heads) {
    const auto group = std::make_shared<Module>(), blocks = std::make_shared<Module>();
    for (int i = 0; i < depth; ++i)
      blocks_.push_back(blocks->register_module(
          std::to_string(i),
          std::make_shared<AtdBlock>(options, AtdBlock::Place{heads, i % 2 == 1, i + 1 == depth})));
    group->register_module("layers", blocks);
    tokens_ = group->register_parameter("td", torch::randn({options.tokens, options.features}));
    register_module("residual_group", group);
    conv_ = GroupConv(*this, "conv", options.features, options.group_conv);
  }
  Tensor forward(const Tensor& x, const Tensor& mask) {
    Tensor y = x, tokens = tokens_.unsqueeze(0).expand({x.size(0), -1, -1});
    for (auto& block : blocks_) y = block->forward(y, tokens, mask);
    return conv_.of_picture(y) + x;
  }

 private:
  std::vector<std::shared_ptr<AtdBlock>> blocks_;
  Tensor tokens_;
  GroupConv conv_;
};

AtdOptions::AtdOptions() { features = 210; }

void AtdOptions::visit(OptionVisitor& v) {
  TransformerOptions::visit(v);
  v.integer("window", window, 2, 64, "side of a window in pixels");
  v.integer("tokens", tokens, 1, 1024, "in the dictionary of a group");
  v.integer("reduced", reduced, 1, 256, "width in which pixels and tokens are compared");
  v.integer("category", category, 2, 4096, "pixels that attend to one another");
  v.integer("kernel", kernel, 1, 31, "side of the linear layers' depthwise kernel, odd");
  v.real("mlp_ratio", mlp_ratio, 0.1, 8, "width of a block's linear layers by that of the block");
  v.flag("normalise", normalise, "subtract the mean");
}

Atd::Atd(const AtdOptions& options) : options_(options) {
  check(options.kernel % 2 == 1, ErrorKind::kSettings, "network atd: kernel must be odd, got ",
        options.kernel);
  TransformerOptions frame = options;
  if (!options.normalise) frame.mean = "zero";
  frame_ = TransformerFrame(*this, frame,
                            {.network = "atd",
                             .first_norm = "patch_embed.norm",
                             .padded_to = options.window,
                             .padding = WindowPadding::kSymmetric});
  const auto layers = std::make_shared<Module>();
  for (size_t i = 0; i < frame_.depths().size(); ++i) {
    check(options.features % frame_.heads()[i] == 0, ErrorKind::kSettings,
          "network atd: features must be a multiple of heads, got ", options.features, " and ",
          frame_.heads()[i]);
    groups_.push_back(layers->register_module(
        std::to_string(i),
        std::make_shared<AtdGroup>(options, frame_.depths()[i], frame_.heads()[i])));
  }
  register_module("layers", layers);
}

Tensor Atd::forward(Tensor image) {
  check_image(image, traits(), "atd");
  return frame_.run(image,
                    [&](const Tensor& x) { return through_groups(x, options_.window, groups_); });
}

}  // namespace gan
