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

void ResnetOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 8, "channels of the input");
  v.integer("out_channels", out_channels, 1, 8, "channels of the output");
  v.integer("features", features, 1, 512, "feature maps at full size");
  v.integer("blocks", blocks, 0, 64, "residual blocks: 9 for 256 pixels, 6 for 128");
  v.text("norm", norm, "instance|batch|none", "normalisation");
  v.flag("dropout", dropout, "0.5 in the blocks while training");
  v.text("padding", padding, "reflect|replicate|zero", "in the blocks");
  v.text("test_norm", test_norm, "running|batch", "statistics of batch norm when not training");
  v.flag("residual", residual, kResidualHelp);
}

Resnet::Resnet(const ResnetOptions& options) : options_(options) {
  check(!options.residual || options.in_channels == options.out_channels, ErrorKind::kSettings,
        "network resnet: residual wants as many channels out as in, got ", options.out_channels,
        " and ", options.in_channels);
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

NetworkTraits Resnet::traits() const {
  const bool local =
      options_.norm == "none" || (options_.norm == "batch" && options_.test_norm == "running");
  // The head reaches 3 + 1 + 2 = 6 pixels; every block two 3x3 at a quarter of the size; the tail
  // at most 4 quarter-size pixels' worth and 3 more.
  return {.in_channels = options_.in_channels,
          .out_channels = options_.out_channels,
          .low = -1,
          .receptive_radius = local ? 12 + 8 * options_.blocks : kGlobalRadius,
          .size_multiple = 4,
          .takes_other_sizes = true,
          .min_side = 5};
}

torch::Tensor Resnet::forward(torch::Tensor image) {
  check_image(image, traits(), "resnet");
  const torch::Tensor result = model_->forward(image);
  return options_.residual ? add_to(image, result) : result;
}

}  // namespace gan
