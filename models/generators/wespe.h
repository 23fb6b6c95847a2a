// SPDX-License-Identifier: LGPL-2.1-or-later
// The generator of the modified WESPE: residual, without normalisation, and wider forward (G, 128
// feature maps) than back (F, 64), because only the enhanced picture is judged.
#pragma once

#include "models/blocks/convolution.h"
#include "models/network.h"
#include "models/plans/wespe.h"

namespace gan {

// {N, 3, H, W} in [0, 1] -> the same; with residual not clamped.
class Wespe : public ImageNetwork {
 public:
  using OptionsType = WespeOptions;
  explicit Wespe(const WespeOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  struct Block : torch::nn::Module {
    explicit Block(int64_t width);
    Conv conv1{nullptr}, conv2{nullptr};
  };

  WespeOptions options_;
  Conv conv1_{nullptr}, conv5_{nullptr};
  std::vector<std::shared_ptr<Block>> blocks_;
  std::vector<Conv> middle_;  // conv2, conv3, conv4
};

}  // namespace gan
