// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/srformer.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/conv_mlp.h"
#include "models/blocks/norm.h"
#include "models/blocks/windows.h"

namespace gan {

namespace {

using torch::Tensor;

constexpr int64_t kKernel = 5;  // of the linear layers' depthwise convolution

// {window^2, (window / 2)^2}: a pixel's distance to a key is that of the squares of four.
Tensor permuted_index(int64_t window) {
  const int64_t half = window / 2;
  const auto line = torch::arange(window, torch::kLong).div(2, "floor");
  const auto square = (line.unsqueeze(1) * half + line.unsqueeze(0)).flatten();
  return relative_index({half, half}).index_select(0, square);
}

}  // namespace

class PermutedAttention : public torch::nn::Module {
 public:
  PermutedAttention(int64_t features, int64_t heads, int64_t window)
      : heads_(heads), window_(window), index_(permuted_index(window)) {
    const int64_t distances = window - 1;
    table_ = register_parameter("relative_position_bias_table",
                                0.02 * torch::randn({distances * distances, heads}));
    kv_ = register_module("kv", torch::nn::Linear(features, features / 2));
    q_ = register_module("q", torch::nn::Linear(features, features));
    proj_ = register_module("proj", torch::nn::Linear(features, features));
  }
  Tensor forward(const Tensor& windows, const Tensor& mask) {
    const int64_t count = windows.size(0), half = window_ / 2, features = windows.size(2);
    // A square of four pixels, each of a quarter of the channels, becomes one of all.
    const auto kv = kv_(windows)
                        .view({count, half, 2, half, 2, 2, features / 4})
                        .permute({5, 0, 1, 3, 2, 4, 6})
                        .reshape({2, count, half * half, features})
                        .unbind();
    const double scale = 1 / std::sqrt(static_cast<double>(features / heads_));
    return proj_(attend(to_heads(q_(windows) * scale, heads_), to_heads(kv[0], heads_),
                        to_heads(kv[1], heads_), position_bias(table_, index_), mask));
  }

 private:
  int64_t heads_, window_;
  Tensor index_, table_;
  torch::nn::Linear kv_{nullptr}, q_{nullptr}, proj_{nullptr};
};

class PermutedBlock : public torch::nn::Module {
 public:
  PermutedBlock(const SrFormerOptions& options, int64_t heads, bool shifted)
      : window_(options.window), shift_(shifted ? window_ / 2 : 0) {
    norm1_ = register_module("norm1", LayerNorm(options.features));
    attn_ = register_module("attn",
                            std::make_shared<PermutedAttention>(options.features, heads, window_));
    norm2_ = register_module("norm2", LayerNorm(options.features));
    mlp_ = register_module(
        "mlp",
        ConvMlp(options.features, std::llround(options.features * options.mlp_ratio), kKernel));
  }
  Tensor forward(const Tensor& x, const Tensor& mask) {
    const auto windows =
        attn_->forward(to_windows(rolled(norm1_(x), -shift_, -shift_), {window_, window_}),
                       shift_ > 0 ? mask : Tensor());
    const auto y = x + rolled(from_windows(windows, {window_, window_}, x.sizes()), shift_, shift_);
    return y + mlp_(norm2_(y));
  }

 private:
  int64_t window_, shift_;
  LayerNorm norm1_{nullptr}, norm2_{nullptr};
  std::shared_ptr<PermutedAttention> attn_;
  ConvMlp mlp_{nullptr};
};

class SrFormerGroup : public torch::nn::Module {
 public:
  SrFormerGroup(const SrFormerOptions& options, int depth, int heads) {
    const auto group = std::make_shared<Module>(), blocks = std::make_shared<Module>();
    for (int i = 0; i < depth; ++i)
      blocks_.push_back(blocks->register_module(
          std::to_string(i), std::make_shared<PermutedBlock>(options, heads, i % 2 == 1)));
    group->register_module("blocks", blocks);
    register_module("residual_group", group);
    conv_ = GroupConv(*this, "conv", options.features, options.group_conv);
  }
  Tensor forward(const Tensor& x, const Tensor& mask) {
    Tensor y = x;
    for (auto& block : blocks_) y = block->forward(y, mask);
    return conv_.of_picture(y) + x;
  }

 private:
  std::vector<std::shared_ptr<PermutedBlock>> blocks_;
  GroupConv conv_;
};

void SrFormerOptions::visit(OptionVisitor& v) {
  TransformerOptions::visit(v);
  v.integer("window", window, 4, 64, "side of a window in pixels, even");
  v.real("mlp_ratio", mlp_ratio, 0.1, 8, "width of a block's linear layers by that of the block");
}

SrFormer::SrFormer(const SrFormerOptions& options) : options_(options) {
  check(options.window % 2 == 0, ErrorKind::kSettings,
        "network srformer: window must be even, got ", options.window);
  frame_ = TransformerFrame(
      *this, options,
      {.network = "srformer", .first_norm = "patch_embed.norm", .padded_to = options.window});
  const auto layers = std::make_shared<Module>();
  for (size_t i = 0; i < frame_.depths().size(); ++i) {
    check(options.features % frame_.heads()[i] == 0 && options.features % 4 == 0,
          ErrorKind::kSettings,
          "network srformer: features must be a multiple of 4 and of heads, got ", options.features,
          " and ", frame_.heads()[i]);
    groups_.push_back(layers->register_module(
        std::to_string(i),
        std::make_shared<SrFormerGroup>(options, frame_.depths()[i], frame_.heads()[i])));
  }
  register_module("layers", layers);
}

torch::Tensor SrFormer::forward(torch::Tensor image) {
  check_image(image, traits(), "srformer");
  return frame_.run(image, [&](torch::Tensor x) {
    const int64_t window = options_.window, half = window / 2, quarter = (half + 1) / 2;
    const auto queries = parts_of_shifted(x.size(1), x.size(2), {window, window}, {half, half}),
               keys =
                   parts_of_shifted(x.size(1) / 2, x.size(2) / 2, {half, half}, {quarter, quarter});
    const auto mask = mask_between(queries, keys).to(x.options());
    for (auto& group : groups_) x = group->forward(x, mask);
    return x;
  });
}

}  // namespace gan
