// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/features/vgg.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/imagenet.h"
#include "models/checkpoint.h"

namespace gan {

void VggOptions::visit(OptionVisitor& v) {
  v.text("depth", depth, "16|16_bn|19", "layers with weights; bn: with batch norm");
  v.integer("features", features, 1, 64, "feature maps of the first stage");
}

Vgg::Vgg(const VggOptions& options) : options_(options) {
  const bool batch = options.depth == "16_bn";
  const int deep = options.depth == "19" ? 4 : 3;
  int64_t in = 3;
  for (int stage = 1; stage <= 5; ++stage) {
    const int64_t out = int64_t{options.features} << std::min(stage - 1, 3);
    for (int i = 1; i <= (stage <= 2 ? 2 : deep); ++i) {
      const auto place = concat(stage, "_", i);
      features_->push_back(make_conv({.in = in, .out = out}));
      names_.push_back("conv" + place);
      if (batch) {
        features_->push_back(torch::nn::BatchNorm2d(out));
        names_.push_back("bn" + place);
      }
      // Not in place: "conv" names what lies before it.
      features_->push_back(torch::nn::ReLU());
      names_.push_back("relu" + place);
      in = out;
    }
    features_->push_back(torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(2)));
    names_.push_back(concat("pool", stage));
  }
  register_module("features", features_);
}

NetworkTraits Vgg::traits() const {
  return {.out_channels = 0, .receptive_radius = kGlobalRadius, .min_side = 32};
}

torch::Tensor Vgg::forward(torch::Tensor image) {
  check_image(image, traits(), "vgg");
  return forward(image, {"pool5"}).at("pool5");
}

std::map<std::string, torch::Tensor> Vgg::forward(const torch::Tensor& image,
                                                  const std::vector<std::string>& layers) {
  NetworkTraits any_size = traits();
  any_size.min_side = 1;
  check_image(image, any_size, "vgg");
  for (const auto& layer : layers)
    check(std::ranges::find(names_, layer) != names_.end(), ErrorKind::kSettings, "VGG",
          options_.depth, " has no layer \"", layer, "\"; it has ", names_.front(), " to ",
          names_.back());
  std::map<std::string, torch::Tensor> found;
  torch::Tensor x = imagenet_normalise(image);
  for (size_t i = 0; i < names_.size() && found.size() < layers.size(); ++i) {
    x = (features_->begin() + static_cast<std::ptrdiff_t>(i))->any_forward(x).get<torch::Tensor>();
    if (std::ranges::find(layers, names_[i]) != layers.end()) found[names_[i]] = x;
  }
  return found;
}

int Vgg::least_side(const std::vector<std::string>& layers) const {
  int side = 1;
  for (const auto& layer : layers) {
    const int stage = layer[layer.find_first_of("12345")] - '0';
    side = std::max(side, 1 << (layer.starts_with("pool") ? stage : stage - 1));
  }
  return side;
}

std::shared_ptr<Vgg> load_vgg(const std::string& depth, const std::string& path) {
  const char* const published = depth == "19"   ? "vgg19-dcbb9e9d.pth"
                                : depth == "16" ? "vgg16-397923af.pth"
                                                : "vgg16_bn-6c64b313.pth";
  std::error_code ignored;
  check(!path.empty() && std::filesystem::exists(path, ignored), ErrorKind::kNotFound,
        "the weights of VGG", depth, " are needed and ",
        path.empty() ? std::string("no file is named") : "\"" + path + "\" is not there",
        ". torchvision publishes them as ", published,
        " at https://download.pytorch.org/models/; name the file by --set vgg=FILE, take the "
        "built-in features by --set perceptual=mobilenet, or do without by --set vgg=none");
  LoadedNetwork loaded = load_network(open_tensor_file(path));
  auto vgg = std::dynamic_pointer_cast<Vgg>(loaded.network);
  check(vgg && loaded.options["depth"] == depth, ErrorKind::kWrongType, path, ": holds ",
        loaded.name, vgg ? " of depth " + loaded.options["depth"] : "",
        ", wanted the weights of VGG", depth, " such as ", published);
  return vgg;
}

}  // namespace gan
