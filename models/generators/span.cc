// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/span.h"

#include "models/blocks/chain.h"
#include "models/blocks/convolution.h"
#include "models/blocks/rgb_mean.h"

namespace gan {

namespace {

constexpr int64_t kBranchGain = kSpanBranchGain;

}  // namespace

// Note [Fusing]: the row of a 1x1, a 3x3 and a 1x1 convolution whose input is padded before the
// first is one 3x3 convolution, at the borders too; so is its sum with another 1x1. Files that were
// saved while training hold an older one, so it is computed anew whenever the weights have changed.
class SpanConv : public torch::nn::Module {
 public:
  SpanConv(int64_t in, int64_t out, bool branches) {
    if (!branches) {
      fused_conv_ = register_module("eval_conv", make_conv({.in = in, .out = out}));
      return;
    }
    skip_ = register_module("sk", make_conv({.in = in, .out = out, .kernel = 1}));
    const auto row = std::make_shared<Module>();
    first_ = row->register_module("0", make_conv({.in = in, .out = kBranchGain * in, .kernel = 1}));
    second_ = row->register_module(
        "1", make_conv({.in = kBranchGain * in, .out = kBranchGain * out, .padding = 0}));
    third_ =
        row->register_module("2", make_conv({.in = kBranchGain * out, .out = out, .kernel = 1}));
    register_module("conv", row);
  }

  torch::Tensor forward(const torch::Tensor& x) {
    if (fused_conv_) return fused_conv_(x);
    if (is_training())
      return third_(second_(first_(at::constant_pad_nd(x, {1, 1, 1, 1})))).add_(skip_(x));
    fuse();
    const int64_t one = 1;
    return at::conv2d(x, weight_, bias_, one, one);
  }

 private:
  void fuse() {
    std::vector<std::pair<void*, int64_t>> now;
    for (const auto& tensor : parameters())
      now.emplace_back(tensor.data_ptr(), tensor.is_inference() ? -1 : tensor._version());
    if (now == fused_from_) return;
    torch::NoGradGuard no_grad;
    const auto exact = [](const torch::Tensor& tensor) { return tensor.to(at::kDouble); };
    const auto w1 = exact(first_->weight).flatten(1), w2 = exact(second_->weight),
               w3 = exact(third_->weight).flatten(1);
    auto weight = at::einsum("oa,abyx,bi->oiyx", {w3, w2, w1});
    weight.select(3, 1).select(2, 1).add_(exact(skip_->weight).flatten(1));
    auto bias = at::mv(w2.sum(at::IntArrayRef{2, 3}), exact(first_->bias)) + exact(second_->bias);
    bias = at::mv(w3, bias) + exact(third_->bias) + exact(skip_->bias);
    const auto type = first_->weight.scalar_type();
    weight_ = weight.to(type).contiguous(torch::MemoryFormat::ChannelsLast);
    bias_ = bias.to(type);
    fused_from_ = std::move(now);
  }

  Conv skip_{nullptr}, first_{nullptr}, second_{nullptr}, third_{nullptr}, fused_conv_{nullptr};
  torch::Tensor weight_, bias_;
  std::vector<std::pair<void*, int64_t>> fused_from_;
};

class SpanBlock : public torch::nn::Module {
 public:
  SpanBlock(int64_t features, bool branches) {
    for (const char* name : {"c1_r", "c2_r", "c3_r"})
      convs_.push_back(
          register_module(name, std::make_shared<SpanConv>(features, features, branches)));
  }
  // The block's result and that of its first activation.
  std::pair<torch::Tensor, torch::Tensor> forward(const torch::Tensor& x) {
    const auto first = at::silu(convs_[0]->forward(x));
    const auto third = convs_[2]->forward(at::silu(convs_[1]->forward(first)));
    return {(third + x) * (third.sigmoid() - 0.5), first};
  }

 private:
  std::vector<std::shared_ptr<SpanConv>> convs_;
};

Span::Span(const SpanOptions& options) : options_(options) {
  const auto conv = [&](int64_t in) {
    return std::make_shared<SpanConv>(in, options.features, options.branches);
  };
  const int64_t features = options.features;
  conv_1_ = register_module("conv_1", conv(options.in_channels));
  for (int i = 1; i <= kSpanBlocks; ++i)
    blocks_.push_back(register_module("block_" + std::to_string(i),
                                      std::make_shared<SpanBlock>(features, options.branches)));
  conv_cat_ = register_module(
      "conv_cat", torch::nn::Conv2d(torch::nn::Conv2dOptions(4 * features, features, 1)));
  conv_2_ = register_module("conv_2", conv(features));
  const int64_t out = int64_t{options.out_channels} * options.scale * options.scale;
  upsampler_ = torch::nn::Conv2d(torch::nn::Conv2dOptions(features, out, 3).padding(1));
  const auto upsampler = std::make_shared<Module>();
  upsampler->register_module("0", upsampler_);
  register_module("upsampler", upsampler);
}

NetworkTraits Span::traits() const { return span_traits(options_); }

torch::Tensor Span::forward(torch::Tensor image) {
  check_image(image, traits(), "span");
  if (options_.normalise) image = (image - rgb_mean(image, "div2k")) * 255;
  const auto first = conv_1_->forward(image);
  std::pair<torch::Tensor, torch::Tensor> block = {first, {}};
  torch::Tensor first_block;
  for (auto& each : blocks_) {
    block = each->forward(block.first);
    if (!first_block.defined()) first_block = block.first;
  }
  const auto joined = at::cat({first, conv_2_->forward(block.first), first_block, block.second}, 1);
  return at::pixel_shuffle(upsampler_(conv_cat_(joined)), options_.scale);
}

}  // namespace gan
