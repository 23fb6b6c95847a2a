// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/resnet_encoder.h"

#include "core/error.h"
#include "models/blocks/chain.h"
#include "models/blocks/convolution.h"
#include "models/checkpoint.h"

namespace gan {

namespace nn = torch::nn;

namespace {

class BasicBlock : public nn::Module {
 public:
  BasicBlock(int64_t in, int64_t out, int64_t stride) {
    conv1_ = register_module("conv1",
                             make_conv({.in = in, .out = out, .stride = stride, .bias = false}));
    bn1_ = register_module("bn1", BatchNorm(out));
    conv2_ = register_module("conv2", make_conv({.in = out, .out = out, .bias = false}));
    bn2_ = register_module("bn2", BatchNorm(out));
    if (stride != 1 || in != out)
      downsample_ = register_module(
          "downsample",
          Chain(make_conv({.in = in, .out = out, .kernel = 1, .stride = stride, .bias = false}),
                BatchNorm(out)));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const auto y = bn2_(conv2_(bn1_(conv1_(x)).relu_()));
    return (y + (downsample_ ? downsample_->forward(x) : x)).relu_();
  }

 private:
  Conv conv1_{nullptr}, conv2_{nullptr};
  BatchNorm bn1_{nullptr}, bn2_{nullptr};
  Chain downsample_{nullptr};
};

}  // namespace

ResnetEncoder::ResnetEncoder(int64_t in_channels, int64_t width, const std::vector<int>& blocks) {
  stem_ = register_module(
      "0", make_conv({.in = in_channels, .out = width, .kernel = 7, .stride = 2, .bias = false}));
  stem_norm_ = register_module("1", BatchNorm(width));
  int64_t in = width;
  for (size_t stage = 0; stage < blocks.size(); ++stage) {
    const int64_t out = width << stage;
    nn::Sequential layers;
    for (int block = 0; block < blocks[stage]; ++block) {
      layers->push_back(std::make_shared<BasicBlock>(in, out, block == 0 && stage > 0 ? 2 : 1));
      in = out;
    }
    stages_.push_back(register_module(std::to_string(stage + 4), layers));
  }
}

std::vector<torch::Tensor> ResnetEncoder::forward(const torch::Tensor& x) {
  std::vector<torch::Tensor> features = {stem_norm_(stem_(x)).relu_()};
  torch::Tensor y = at::max_pool2d(features[0], 3, 2, 1);
  for (auto& stage : stages_) features.push_back(y = stage->forward(y));
  return features;
}

void load_resnet(ResnetEncoder& encoder, const std::string& path) {
  const TensorFile file = open_tensor_file(path);
  for (auto& [key, tensor] : state_dict(encoder)) {
    const size_t dot = key.find('.');
    const std::string layer = key.substr(0, dot), rest = key.substr(dot);
    const std::string name = layer == "0"   ? "conv1" + rest
                             : layer == "1" ? "bn1" + rest
                                            : concat("layer", std::stoi(layer) - 3, rest);
    const TensorEntry* entry = file.find(name);
    if (!entry && key.ends_with("num_batches_tracked")) continue;  // older files lack it
    check(entry, ErrorKind::kWrongType, path, ": lacks \"", name,
          "\": not the ResNet that the encoder is");
    read_tensor(file, *entry, tensor);
  }
}

}  // namespace gan
