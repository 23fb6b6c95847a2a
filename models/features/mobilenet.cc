// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/features/mobilenet.h"

#include <algorithm>

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/builtin.h"
#include "models/checkpoint.h"

namespace gan {
namespace {

constexpr int kBlocks = 18;  // block 18 is a convolution alone
// Of blocks 0 to 18.
constexpr int kChannels[] = {32, 16, 24, 24, 32,  32,  32,  64,  64,  64,
                             64, 96, 96, 96, 160, 160, 160, 320, 1280};
constexpr bool shrinks(int block) {
  return block == 0 || block == 2 || block == 4 || block == 7 || block == 14;
}
constexpr int kWidening = 6;  // of the channels inside a block

}  // namespace

void MobileNetOptions::visit(OptionVisitor& v) {
  v.integer("last", last, 0, kBlocks, "last block there is");
}

MobileNet::MobileNet(const MobileNetOptions& options) : options_(options) {
  auto all = std::make_shared<torch::nn::Module>();
  const auto add = [&](torch::nn::Module& block, const std::string& place, const char* name,
                       torch::nn::Conv2dOptions shape) -> Layer& {
    Conv conv(shape);
    block.register_module(name, conv);
    layers_.push_back({place, conv, true, false});
    return layers_.back();
  };
  int in = 3;
  for (int n = 0; n <= options.last; ++n) {
    auto block = std::make_shared<torch::nn::Module>();
    const std::string place = concat("features.", n);
    const int out = kChannels[n], stride = shrinks(n) ? 2 : 1;
    if (n == 0 || n == kBlocks) {
      const int kernel = n == 0 ? 3 : 1;
      add(*block, place, "conv", torch::nn::Conv2dOptions(in, out, kernel).stride(stride));
    } else {
      const int wide = n == 1 ? in : kWidening * in;
      if (n > 1) add(*block, place + ".expand", "expand", torch::nn::Conv2dOptions(in, wide, 1));
      add(*block, place + ".depthwise", "depthwise",
          torch::nn::Conv2dOptions(wide, wide, 3).stride(stride).groups(wide));
      Layer& last = add(*block, place, "project", torch::nn::Conv2dOptions(wide, out, 1));
      last.clamps = false;
      last.adds = stride == 1 && in == out;
    }
    all->register_module(std::to_string(n), block);
    in = out;
  }
  register_module("features", all);
}

NetworkTraits MobileNet::traits() const {
  return {.out_channels = 0, .receptive_radius = kGlobalRadius};
}

torch::Tensor MobileNet::forward(torch::Tensor image) {
  const std::string last = layers_.back().name;
  return forward(image, {last}).at(last);
}

std::map<std::string, torch::Tensor> MobileNet::forward(const torch::Tensor& image,
                                                        const std::vector<std::string>& layers) {
  check_image(image, traits(), "mobilenet");
  for (const auto& layer : layers)
    check(std::ranges::find(layers_, layer, &Layer::name) != layers_.end(), ErrorKind::kSettings,
          "MobileNet has no layer \"", layer, "\"; it has ", layers_.front().name, " to ",
          layers_.back().name);
  std::map<std::string, torch::Tensor> found;
  torch::Tensor x = (image * 255 - 128) / 128, start = x;
  for (auto& layer : layers_) {
    if (found.size() == layers.size()) break;
    x = conv_same(layer.conv, x);
    if (layer.clamps) x = x.clamp(0, 6);
    if (layer.adds) x = x + start;
    if (std::ranges::find(layers, layer.name) != layers.end()) found[layer.name] = x;
    const bool ends = std::ranges::count(layer.name, '.') == 1;
    if (ends) start = x;
  }
  return found;
}

std::shared_ptr<MobileNet> builtin_mobilenet() {
  return std::dynamic_pointer_cast<MobileNet>(
      load_network(open_model("builtin:mobilenet")).network);
}

}  // namespace gan
