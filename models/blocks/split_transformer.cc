// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/split_transformer.h"

#include "core/error.h"

namespace gan {

namespace nn = torch::nn;
using torch::Tensor;

// Blocks in turn, then a convolution, beside the way around all of them.
class SplitGroup : public nn::Module {
 public:
  SplitGroup(const TransformerOptions& options, int depth,
             const std::function<std::shared_ptr<SplitBlock>(size_t block)>& make) {
    const auto blocks = std::make_shared<Module>();
    for (size_t i = 0; i < static_cast<size_t>(depth); ++i)
      blocks_.push_back(blocks->register_module(std::to_string(i), make(i)));
    register_module("blocks", blocks);
    conv_ = GroupConv(*this, "conv", options.features, options.group_conv);
  }
  Tensor forward(const Tensor& x, const std::array<Tensor, 2>& masks) {
    Tensor y = x;
    for (auto& block : blocks_) y = block->forward(y, masks);
    return conv_.of_picture(y) + x;
  }

 private:
  std::vector<std::shared_ptr<SplitBlock>> blocks_;
  GroupConv conv_;
};

SplitTransformer::SplitTransformer(nn::Module& module, const TransformerOptions& options,
                                   const std::string& split, const char* network,
                                   const MakeBlock& make) {
  frame_ = TransformerFrame(
      module, options,
      {.network = network, .first_norm = "before_RG.1", .padding = WindowPadding::kNone});
  const std::string what = concat("network ", network);
  const auto sides = number_list(split, {2, 2, 128}, (what + ": split").c_str());
  split_ = {sides[0], sides[1]};
  const auto layers = std::make_shared<nn::Module>();
  for (size_t i = 0; i < frame_.depths().size(); ++i) {
    const SplitShape shape{options.features, frame_.heads()[i], split_};
    check_split(shape, what.c_str());
    groups_.push_back(layers->register_module(
        std::to_string(i),
        std::make_shared<SplitGroup>(options, frame_.depths()[i], [&](size_t block) {
          return make(shape, {i, block});
        })));
  }
  module.register_module("layers", layers);
}

NetworkTraits SplitTransformer::traits() const {
  return frame_.traits(static_cast<int>(std::max(split_.height, split_.width)));
}

Tensor SplitTransformer::run(const Tensor& image) {
  return frame_.run(image, [&](Tensor x) {
    const auto masks = SplitAttention::shifted(x, split_);
    for (auto& group : groups_) x = group->forward(x, masks);
    return x;
  });
}

}  // namespace gan
