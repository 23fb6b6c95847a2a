// SPDX-License-Identifier: LGPL-2.1-or-later
// What DAT and RGT share: groups of blocks of which every other one looks into split windows
// (split_attention.h), within the frame of all such transformers.
#pragma once

#include <functional>

#include "models/blocks/split_attention.h"
#include "models/blocks/transformer_frame.h"

namespace gan {

// {N, H, W, C} -> the same. masks: of SplitAttention::shifted().
class SplitBlock : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(const torch::Tensor& x,
                                const std::array<torch::Tensor, 2>& masks) = 0;
};

class SplitGroup;

class SplitTransformer {
 public:
  struct Place {
    size_t group, block;  // in the network, in its group
    bool sees_windows() const { return block % 2 == 0; }
    bool is_shifted() const { return SplitAttention::is_shifted(group, block); }
  };
  using MakeBlock =
      std::function<std::shared_ptr<SplitBlock>(const SplitShape& shape, const Place& place)>;

  SplitTransformer() = default;
  // Registers its layers in `module`. split: the windows' sides, such as "8-32"; network: for
  // messages. Throws Error(kSettings).
  SplitTransformer(torch::nn::Module& module, const TransformerOptions& options,
                   const std::string& split, const char* network, const MakeBlock& make);

  NetworkTraits traits() const;
  torch::Tensor run(const torch::Tensor& image);

 private:
  TransformerFrame frame_;
  WindowSize split_{};
  std::vector<std::shared_ptr<SplitGroup>> groups_;
};

}  // namespace gan
