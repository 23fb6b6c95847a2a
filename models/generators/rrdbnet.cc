// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/rrdbnet.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/resampling.h"

namespace gan {

namespace nn = torch::nn;

namespace {

Conv conv3x3(int64_t in, int64_t out) { return make_conv({.in = in, .out = out}); }

// Five convolutions, each fed with everything before it; a fifth of the result is added.
class DenseBlock : public nn::Module {
 public:
  DenseBlock(int64_t features, int64_t growth, bool plus) {
    if (plus)
      skip_ = register_module(
          "conv1x1", make_conv({.in = features, .out = growth, .kernel = 1, .bias = false}));
    for (int64_t i = 0; i < 5; ++i) {
      auto conv = conv3x3(features + i * growth, i < 4 ? growth : features);
      // He initialisation scaled by 0.1 (section 3.1, "smaller initialization").
      nn::init::kaiming_normal_(conv->weight);
      torch::NoGradGuard no_grad;
      conv->weight.mul_(0.1);
      conv->bias.zero_();
      convs_.push_back(register_module("conv" + std::to_string(i + 1), conv));
    }
  }
  torch::Tensor forward(torch::Tensor x) {
    std::vector<torch::Tensor> dense = {x};
    for (size_t i = 0; i < 4; ++i) {
      dense.push_back(lrelu_(convs_[i](i == 0 ? x : torch::cat(dense, 1))));
      if (skip_ && i == 1) dense[2] = dense[2] + skip_(x);
      if (skip_ && i == 3) dense[4] = dense[4] + dense[2];
    }
    return torch::add(x, convs_[4](torch::cat(dense, 1)), 0.2);
  }

 private:
  std::vector<Conv> convs_;
  Conv skip_{nullptr};
};

class Rrdb : public nn::Module {
 public:
  Rrdb(int64_t features, int64_t growth, bool plus) {
    for (int i = 1; i <= 3; ++i)
      blocks_.push_back(register_module("rdb" + std::to_string(i),
                                        std::make_shared<DenseBlock>(features, growth, plus)));
  }
  torch::Tensor forward(torch::Tensor x) {
    torch::Tensor out = x;
    for (auto& block : blocks_) out = block->forward(out);
    return torch::add(x, out, 0.2);
  }

 private:
  std::vector<std::shared_ptr<DenseBlock>> blocks_;
};

}  // namespace

RrdbNet::RrdbNet(const RrdbNetOptions& options) : options_(options) {
  options.check_together();
  const int64_t nf = options.features, joined = int64_t{options.unshuffle()} * options.unshuffle();
  conv_first_ = register_module("conv_first", conv3x3(options.in_channels * joined, nf));
  for (int i = 0; i < options.blocks; ++i)
    body_->push_back(std::make_shared<Rrdb>(nf, options.growth, options.plus));
  register_module("body", body_);
  conv_body_ = register_module("conv_body", conv3x3(nf, nf));
  for (int i = 1; i <= options.doublings; ++i)
    conv_up_.push_back(register_module(concat("conv_up", i), conv3x3(nf, nf)));
  conv_hr_ = register_module("conv_hr", conv3x3(nf, nf));
  conv_last_ = register_module("conv_last", conv3x3(nf, options.out_channels));
}

NetworkTraits RrdbNet::traits() const { return rrdbnet_traits(options_); }

torch::Tensor RrdbNet::forward(torch::Tensor image) {
  check_image(image, traits(), "rrdbnet");
  if (options_.unshuffle() > 1) image = at::pixel_unshuffle(image, options_.unshuffle());
  torch::Tensor x = conv_first_(image);
  x = x + conv_body_(body_->forward(x));  // the trunk learns what to add, not the picture
  for (auto& conv : conv_up_) x = lrelu_(conv(nearest_twice(x)));
  return conv_last_(lrelu_(conv_hr_(x)));
}

}  // namespace gan
