// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/augcyclegan.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/residual.h"

namespace gan {

namespace {
constexpr double kStyleDeviation = 0.5;  // of a fresh network's styles
}  // namespace

AugCycleGan::StyledConv::StyledConv(int64_t latent, int64_t in, int64_t out) {
  style = register_module("style", torch::nn::Linear(latent, in));
  conv = register_module("conv", ModulatedConv(in, out));
}

AugCycleGan::AugCycleGan(const AugCycleGanOptions& options) : options_(options) {
  options.check_together();
  const int64_t f = options.features, z = options.latent;
  if (options.style != "modulated") {
    original_ = register_module("model", std::make_shared<OriginalAugCycleGan>(z, f));
    if (options.residual) start_at_zero(*original_->last());
    return;
  }
  conv1_ = register_module("conv1", make_conv({.in = 3, .out = f, .kernel = 7}));
  conv2_ = register_module("conv2", make_conv({.in = f, .out = f}));
  conv3_ = register_module("conv3", make_conv({.in = f, .out = 2 * f}));
  const auto styled = [&](const std::string& name, int64_t in, int64_t out) {
    return register_module(name, std::make_shared<StyledConv>(z, in, out));
  };
  for (int i = 0; i < kAugCycleGanBlocks; ++i)
    blocks_.push_back(styled(concat("block", i), 2 * f, 2 * f));
  mod4_ = styled("mod4", 2 * f, 2 * f);
  mod5_ = styled("mod5", 2 * f, f);
  conv_out_ = register_module("conv_out", make_conv({.in = f, .out = 3, .kernel = 7}));
  init_normal(*this);
  // With the other weights' deviation a code would change the styles, which lie about 1, by 4 %.
  for (const auto& layer : {blocks_[0], blocks_[1], blocks_[2], mod4_, mod5_})
    torch::nn::init::normal_(layer->style->weight, 0, kStyleDeviation / std::sqrt(z));
  if (options.residual) start_at_zero(*conv_out_);
}

NetworkTraits AugCycleGan::traits() const { return augcyclegan_traits(options_); }

torch::Tensor AugCycleGan::features(torch::Tensor image, torch::Tensor latent) {
  check_image(image, traits(), "augcyclegan");
  const auto z = options_.latent ? check_latent(latent, traits(), "augcyclegan") : latent;
  check(!z.defined() || z.size(0) == image.size(0), ErrorKind::kFailed, "augcyclegan: wants ",
        image.size(0), " codes for as many pictures, got ", z.defined() ? z.size(0) : 0);
  if (original_) return original_->features(image, z);
  torch::Tensor x = lrelu_(conv1_(image * 2 - 1));
  x = lrelu_(conv3_(lrelu_(conv2_(x))));
  for (auto& block : blocks_) x = lrelu_(lrelu_(block->forward(x, z)) + x);
  x = lrelu_(mod4_->forward(x, z));
  return lrelu_(mod5_->forward(x, z));
}

torch::Tensor AugCycleGan::forward(torch::Tensor image, torch::Tensor latent) {
  const auto last = features(image, latent);
  if (options_.residual)
    return add_to(image, original_ ? original_->last()(last) : conv_out_(last));
  if (original_) return original_->picture(last);
  return conv_out_(last).tanh_().mul(0.5).add_(0.5);
}

}  // namespace gan
