// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/dped.h"

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"

namespace gan {

namespace nn = torch::nn;

namespace {

// The second ReLU stands before the sum.
class Block : public nn::Module {
 public:
  Block(int64_t width, double epsilon) {
    for (int i = 0; i < 2; ++i) {
      layers_->push_back(make_conv({.in = width, .out = width}));
      layers_->push_back(AffineInstanceNorm(width, Spread::kBiased, epsilon));
      layers_->push_back(relu());
    }
    register_module("layers", layers_);
  }
  torch::Tensor forward(const torch::Tensor& x) { return layers_->forward(x) + x; }

 private:
  nn::Sequential layers_;
};

}  // namespace

Dped::Dped(const DpedOptions& options) : options_(options) {
  const int64_t f = options.features;
  layers_->push_back(make_conv({.in = 3, .out = f, .kernel = 9}));
  layers_->push_back(relu());
  for (int i = 0; i < options.blocks; ++i)
    layers_->push_back(std::make_shared<Block>(f, options.epsilon));
  for (int i = 0; i < 2; ++i) {
    layers_->push_back(make_conv({.in = f, .out = f}));
    layers_->push_back(relu());
  }
  layers_->push_back(make_conv({.in = f, .out = 3, .kernel = 9}));
  register_module("layers", layers_);
  // DPED: a normal distribution of 0.01 within two deviations, biases 0.01.
  torch::NoGradGuard no_grad;
  for (const auto& module : modules(/*include_self=*/false))
    if (auto* conv = module->as<Conv>()) {
      conv->weight.normal_(0, 0.01).clamp_(-0.02, 0.02);
      conv->bias.fill_(0.01);
    }
}

NetworkTraits Dped::traits() const { return dped_traits(options_); }

torch::Tensor Dped::forward(torch::Tensor image) {
  check_image(image, traits(), "dped");
  return layers_->forward(image).tanh_().mul(0.58).add_(0.5);
}

}  // namespace gan
