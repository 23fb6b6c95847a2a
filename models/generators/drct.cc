// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/drct.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/swin_block.h"

namespace gan {

using torch::Tensor;

class DrctGroup : public torch::nn::Module {
 public:
  explicit DrctGroup(const DrctOptions& options) {
    for (int i = 0; i < 5; ++i) {
      const int64_t width = options.features + int64_t{i} * options.growth;
      const int64_t heads = i == 0 ? options.heads : options.heads - width % options.heads;
      check(width % heads == 0, ErrorKind::kSettings,
            "network drct: a block's width must be a multiple of its heads, got ", width, " and ",
            heads);
      const double ratio = i < 3 ? options.mlp_ratio : 1;
      blocks_.push_back(register_module(
          concat("swin", i + 1),
          std::make_shared<SwinBlock>(SwinShape{width, heads, options.window,
                                                std::llround(static_cast<double>(width) * ratio),
                                                i % 2 == 1})));
      adjust_.push_back(register_module(
          concat("adjust", i + 1),
          make_conv({.in = width, .out = i < 4 ? options.growth : options.features, .kernel = 1})));
    }
  }
  Tensor forward(const Tensor& x, const Tensor& mask) {
    std::vector<Tensor> all = {x};
    for (size_t i = 0; i < 5; ++i) {
      const auto y = blocks_[i]->forward(i == 0 ? x : at::cat(all, 3), mask);
      const auto narrow = adjust_[i](y.permute({0, 3, 1, 2})).permute({0, 2, 3, 1});
      all.push_back(i < 4 ? at::leaky_relu(narrow, 0.2) : narrow);
    }
    return all.back() * 0.2 + x;
  }

 private:
  std::vector<std::shared_ptr<SwinBlock>> blocks_;
  std::vector<Conv> adjust_;
};

void DrctOptions::visit(OptionVisitor& v) {
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("features", features, 4, 1024, "width of the first blocks");
  v.integer("growth", growth, 1, 512, "channels that each block adds");
  v.integer("groups", groups, 1, 64, "groups of five blocks");
  v.integer("heads", heads, 1, 64, "of the attention of the first blocks");
  v.integer("window", window, 2, 64, "side of a window in pixels");
  v.real("mlp_ratio", mlp_ratio, 0.1, 8, "width of the linear layers of the first three blocks");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.integer("tail_features", tail_features, 1, 1024, "of the convolutions that enlarge");
  v.text("group_conv", group_conv, "1conv|identity", "what ends the groups");
  v.text("mean", mean, "div2k|half|zero", "of pictures, subtracted before the network");
}

Drct::Drct(const DrctOptions& options) : options_(options) {
  TransformerOptions frame;
  frame.channels = options.channels;
  frame.features = options.features;
  frame.scale = options.scale;
  frame.tail_features = options.tail_features;
  frame.group_conv = options.group_conv;
  frame.mean = options.mean;
  frame_ = TransformerFrame(
      *this, frame,
      {.network = "drct", .first_norm = "patch_embed.norm", .padded_to = options.window});
  const auto layers = std::make_shared<Module>();
  for (int i = 0; i < options.groups; ++i)
    groups_.push_back(
        layers->register_module(std::to_string(i), std::make_shared<DrctGroup>(options)));
  register_module("layers", layers);
}

Tensor Drct::forward(Tensor image) {
  check_image(image, traits(), "drct");
  return frame_.run(image,
                    [&](const Tensor& x) { return through_groups(x, options_.window, groups_); });
}

}  // namespace gan
