// SPDX-License-Identifier: LGPL-2.1-or-later
// SwinIR (Liang et al. 2021, arXiv:2108.10257): groups of Swin's blocks, attention within windows
// of which every second block's are shifted by half.
#pragma once

#include "models/blocks/transformer_frame.h"

namespace gan {

struct SwinIrOptions : TransformerOptions {
  int window = 8;          // 2..64 pixels
  double mlp_ratio = 2;    // 0.1..8, width of a block's linear layers
  bool range_255 = false;  // values 0 to 255 within: the models for JPEG, of window 7
  int unshuffle = 1;       // 1..4: the input is unshuffled by it first
  void visit(OptionVisitor& v) override;
};

class SwinGroup;

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class SwinIr : public ImageNetwork {
 public:
  using OptionsType = SwinIrOptions;
  explicit SwinIr(const SwinIrOptions& options);
  NetworkTraits traits() const override {
    return frame_.traits(options_.window * options_.unshuffle);
  }
  torch::Tensor forward(torch::Tensor image) override;

 private:
  SwinIrOptions options_;
  TransformerFrame frame_;
  std::vector<std::shared_ptr<SwinGroup>> groups_;
};

}  // namespace gan
