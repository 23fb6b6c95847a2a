// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/wespe.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/residual.h"

namespace gan {

Wespe::Block::Block(int64_t width) {
  conv1 = register_module("conv1", make_conv({.in = width, .out = width}));
  conv2 = register_module("conv2", make_conv({.in = width, .out = width}));
}

Wespe::Wespe(const WespeOptions& options) : options_(options) {
  const int64_t f = options.features;
  conv1_ = register_module("conv1", make_conv({.in = 3, .out = f, .kernel = 9}));
  for (int i = 0; i < kWespeBlocks; ++i)
    blocks_.push_back(register_module(concat("block", i), std::make_shared<Block>(f)));
  for (const char* name : {"conv2", "conv3", "conv4"})
    middle_.push_back(register_module(name, make_conv({.in = f, .out = f})));
  conv5_ = register_module("conv5", make_conv({.in = f, .out = 3, .kernel = 7}));
  // N(0, 0.02) as its source has it for 64 and 128 feature maps; of fewer, signals keep their size.
  init_normal(*this, 0.02 * std::sqrt(64.0 / std::min(options.features, 64)));
  if (options.residual) start_at_zero(*conv5_);
}

NetworkTraits Wespe::traits() const { return wespe_traits(options_); }

torch::Tensor Wespe::forward(torch::Tensor image) {
  check_image(image, traits(), "wespe");
  torch::Tensor x = conv1_(image * 2 - 1).relu_();
  for (auto& block : blocks_) x = lrelu_(block->conv2(lrelu_(block->conv1(x)))) + x;
  for (auto& conv : middle_) x = conv(x).relu_();
  x = conv5_(x);
  return options_.residual ? x.add_(image) : x.tanh_().mul(0.5).add_(0.5);
}

}  // namespace gan
