// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/augcyclegan_original.h"

#include <cmath>

#include "models/blocks/chain.h"
#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"

namespace gan {

namespace nn = torch::nn;

namespace {

constexpr double kEpsilon = 1e-5;

// Conditional instance normalisation: scale and shift are ReLUs of linear functions of the code.
class ConditionalNorm : public nn::Module {
 public:
  ConditionalNorm(int64_t latent, int64_t channels) {
    const auto from_code = [&](const char* name) {
      return register_module(
          name, Chain(make_conv({.in = latent, .out = channels, .kernel = 1}), nn::ReLU()));
    };
    scale_ = from_code("scale_conv");
    shift_ = from_code("shift_conv");
  }
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& latent) {
    const auto map = latent.unsqueeze(2).unsqueeze(3);
    return instance_norm(x, Spread::kUnbiased, kEpsilon, scale_->forward(map),
                         shift_->forward(map));
  }

 private:
  Chain scale_{nullptr}, shift_{nullptr};
};

AffineInstanceNorm affine_norm(int64_t channels) {
  return AffineInstanceNorm(channels, Spread::kBiased, kEpsilon, "scale", "shift");
}

}  // namespace

template <class Convolution>
void OriginalAugCycleGan::add(int index, Convolution conv) {
  register_module(std::to_string(index), conv);
  layers_.push_back(
      [conv](const torch::Tensor& x, const torch::Tensor&) mutable { return conv->forward(x); });
}

void OriginalAugCycleGan::add_norm(nn::Module& owner, const std::string& name, int64_t channels,
                                   std::vector<Layer>& layers) const {
  if (latent_ > 0) {
    auto norm = owner.register_module(name, std::make_shared<ConditionalNorm>(latent_, channels));
    layers.push_back([norm](const torch::Tensor& x, const torch::Tensor& z) {
      return norm->forward(x, z).relu_();
    });
  } else {
    auto norm = owner.register_module(name, affine_norm(channels));
    layers.push_back([norm](const torch::Tensor& x, const torch::Tensor&) mutable {
      return norm->forward(x).relu_();
    });
  }
}

void OriginalAugCycleGan::add_block(int index, int64_t channels) {
  auto block = std::make_shared<nn::Module>(), body = std::make_shared<nn::Module>();
  const auto conv = [&] { return make_conv({.in = channels, .out = channels, .padding = 0}); };
  Conv first{nullptr};
  std::vector<Layer> norm;
  if (latent_ > 0) {
    // The authors pair the first convolution with its conditional norm.
    auto pair = body->register_module("1", std::make_shared<nn::Module>());
    first = pair->register_module("module1", conv());
    add_norm(*pair, "module2", channels, norm);
  } else {
    first = body->register_module("1", conv());  // without a code, no norm follows it
  }
  Conv second = body->register_module("4", conv());
  AffineInstanceNorm closing = body->register_module("5", affine_norm(channels));
  block->register_module("conv_block", body);
  register_module(std::to_string(index), block);
  layers_.push_back([=](const torch::Tensor& x, const torch::Tensor& z) mutable {
    torch::Tensor y = first(reflection_pad(x, {1, 1, 1, 1}));
    y = norm.empty() ? y.relu_() : norm[0](y, z);
    return (closing->forward(second(reflection_pad(y, {1, 1, 1, 1}))) + x).relu_();
  });
}

OriginalAugCycleGan::OriginalAugCycleGan(int64_t latent, int64_t features) : latent_(latent) {
  const int64_t f = features;
  layers_.push_back([](const torch::Tensor& x, const torch::Tensor&) {
    return reflection_pad(x, {3, 3, 3, 3});
  });
  const auto norm = [&](int index, int64_t channels) {
    add_norm(*this, std::to_string(index), channels, layers_);
  };
  add(1, make_conv({.in = 3, .out = f, .kernel = 7, .padding = 0}));
  norm(2, f);
  add(4, make_conv({.in = f, .out = 2 * f}));
  norm(5, 2 * f);
  add(7, make_conv({.in = 2 * f, .out = 4 * f, .stride = 2}));
  norm(8, 4 * f);
  for (const int index : {10, 11, 12}) add_block(index, 4 * f);
  add(13, ConvTranspose(ConvShape{.in = 4 * f, .out = 2 * f, .stride = 2}, 1));
  norm(14, 2 * f);
  add(16, make_conv({.in = 2 * f, .out = f}));
  norm(17, f);
  last_ = register_module("19", make_conv({.in = f, .out = 3, .kernel = 7}));
  init_normal(*this);
  torch::NoGradGuard no_grad;
  for (const auto& item : named_parameters())
    if (item.key().ends_with(".scale")) item.value().normal_(1, 0.02);
  // Scales and shifts of a code that say something, the scales about 1.
  for (const auto& item : named_parameters()) {
    const bool scale = item.key().find("scale_conv") != std::string::npos;
    if (!scale && item.key().find("shift_conv") == std::string::npos) continue;
    if (item.value().dim() == 4)
      item.value().normal_(0, 0.5 / std::sqrt(static_cast<double>(latent)));
    else if (scale)
      item.value().fill_(1);
  }
}

torch::Tensor OriginalAugCycleGan::features(torch::Tensor image, const torch::Tensor& latent) {
  for (const auto& layer : layers_) image = layer(image, latent);
  return image;
}

}  // namespace gan
