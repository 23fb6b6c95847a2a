// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/resnet.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/dropout.h"
#include "models/blocks/norm.h"
#include "models/blocks/residual.h"

namespace gan {

namespace nn = torch::nn;

namespace {

class ReplicationPadImpl : public nn::Module {
 public:
  torch::Tensor forward(const torch::Tensor& x) { return replication_pad(x, {1, 1, 1, 1}); }
};
TORCH_MODULE(ReplicationPad);

class ResidualBlock : public nn::Module {
 public:
  ResidualBlock(const ResnetOptions& options, int64_t width) {
    const bool zero = options.padding == "zero";
    for (const bool first : {true, false}) {
      if (options.padding == "reflect") layers_->push_back(ReflectionPad(1));
      if (options.padding == "replicate") layers_->push_back(ReplicationPad());
      layers_->push_back(make_conv(
          {.in = width, .out = width, .padding = zero ? 1 : 0, .bias = wants_bias(options.norm)}));
      push_norm(layers_, options.norm, width, options.test_norm == "batch");
      if (first) layers_->push_back(relu());
      if (first && options.dropout) layers_->push_back(Dropout(0.5));
    }
    register_module("conv_block", layers_);
  }
  torch::Tensor forward(const torch::Tensor& x) { return x + layers_->forward(x); }

 private:
  nn::Sequential layers_;
};

}  // namespace

Resnet::Resnet(const ResnetOptions& options) : options_(options) {
  options.check_together();
  const int64_t f = options.features;
  const bool bias = wants_bias(options.norm), batch_in_eval = options.test_norm == "batch";
  const auto norm_relu = [&](int64_t width) {
    push_norm(model_, options.norm, width, batch_in_eval);
    model_->push_back(relu());
  };
  model_->push_back(ReflectionPad(3));
  model_->push_back(
      make_conv({.in = options.in_channels, .out = f, .kernel = 7, .padding = 0, .bias = bias}));
  norm_relu(f);
  for (const int64_t width : {2 * f, 4 * f}) {
    model_->push_back(make_conv({.in = width / 2, .out = width, .stride = 2, .bias = bias}));
    norm_relu(width);
  }
  for (int i = 0; i < options.blocks; ++i)
    model_->push_back(std::make_shared<ResidualBlock>(options, 4 * f));
  for (const int64_t width : {2 * f, f}) {
    model_->push_back(
        ConvTranspose(ConvShape{.in = 2 * width, .out = width, .stride = 2, .bias = bias}, 1));
    norm_relu(width);
  }
  model_->push_back(ReflectionPad(3));
  auto last = make_conv({.in = f, .out = options.out_channels, .kernel = 7, .padding = 0});
  model_->push_back(last);
  if (!options.residual) model_->push_back(nn::Tanh());
  register_module("model", model_);
  init_normal(*this);
  if (options.residual) start_at_zero(*last);
}

NetworkTraits Resnet::traits() const { return resnet_traits(options_); }

torch::Tensor Resnet::forward(torch::Tensor image) {
  check_image(image, traits(), "resnet");
  const torch::Tensor result = model_->forward(image);
  return options_.residual ? add_to(image, result) : result;
}

}  // namespace gan
