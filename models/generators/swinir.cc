// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/swinir.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/swin_block.h"

namespace gan {

class SwinGroup : public torch::nn::Module {
 public:
  SwinGroup(const SwinIrOptions& options, int depth, int heads) {
    const auto group = std::make_shared<Module>(), blocks = std::make_shared<Module>();
    for (int i = 0; i < depth; ++i)
      blocks_.push_back(blocks->register_module(
          std::to_string(i), std::make_shared<SwinBlock>(SwinShape{
                                 options.features, heads, options.window,
                                 std::llround(options.features * options.mlp_ratio), i % 2 == 1})));
    group->register_module("blocks", blocks);
    register_module("residual_group", group);
    conv_ = GroupConv(*this, "conv", options.features, options.group_conv);
  }
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& mask) {
    torch::Tensor y = x;
    for (auto& block : blocks_) y = block->forward(y, mask);
    return conv_.of_picture(y) + x;
  }

 private:
  std::vector<std::shared_ptr<SwinBlock>> blocks_;
  GroupConv conv_;
};

void SwinIrOptions::visit(OptionVisitor& v) {
  TransformerOptions::visit(v);
  v.integer("window", window, 2, 64, "side of a window in pixels");
  v.real("mlp_ratio", mlp_ratio, 0.1, 8, "width of a block's linear layers by that of the block");
  v.flag("range_255", range_255, "values 0 to 255 within");
  v.integer("unshuffle", unshuffle, 1, 4, "pixels of the input that become channels, per side");
}

SwinIr::SwinIr(const SwinIrOptions& options) : options_(options) {
  frame_ = TransformerFrame(*this, options,
                            {.network = "swinir",
                             .first_norm = "patch_embed.norm",
                             .padded_to = options.window,
                             .range = options.range_255 ? 255.0 : 1.0,
                             .unshuffle = options.unshuffle});
  const auto layers = std::make_shared<Module>();
  for (size_t i = 0; i < frame_.depths().size(); ++i) {
    check(options.features % frame_.heads()[i] == 0, ErrorKind::kSettings,
          "network swinir: features must be a multiple of heads, got ", options.features, " and ",
          frame_.heads()[i]);
    groups_.push_back(layers->register_module(
        std::to_string(i),
        std::make_shared<SwinGroup>(options, frame_.depths()[i], frame_.heads()[i])));
  }
  register_module("layers", layers);
}

torch::Tensor SwinIr::forward(torch::Tensor image) {
  check_image(image, traits(), "swinir");
  return frame_.run(
      image, [&](const torch::Tensor& x) { return through_groups(x, options_.window, groups_); });
}

}  // namespace gan
