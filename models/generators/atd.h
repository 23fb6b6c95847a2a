// SPDX-License-Identifier: LGPL-2.1-or-later
// ATD (Zhang et al. 2024, arXiv:2401.08209): beside attention within windows, attention to a
// dictionary of tokens that adapts to the picture, and among the pixels that resemble one token.
#pragma once

#include "models/blocks/transformer_frame.h"

namespace gan {

struct AtdOptions : TransformerOptions {
  AtdOptions();
  int window = 16;        // 2..64 pixels
  int tokens = 128;       // 1..1024 in a group's dictionary
  int reduced = 10;       // 1..256: width in which pixels and tokens are compared
  int category = 256;     // 2..4096: pixels that attend to one another
  int kernel = 5;         // 1..31, odd: of the linear layers' depthwise convolution
  double mlp_ratio = 2;   // 0.1..8
  bool normalise = true;  // the mean is subtracted; false as neosr's form says by the key no_norm
  void visit(OptionVisitor& v) override;
};

class AtdGroup;

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class Atd : public ImageNetwork {
 public:
  using OptionsType = AtdOptions;
  explicit Atd(const AtdOptions& options);
  NetworkTraits traits() const override { return frame_.traits(options_.window); }
  torch::Tensor forward(torch::Tensor image) override;

 private:
  AtdOptions options_;
  TransformerFrame frame_;
  std::vector<std::shared_ptr<AtdGroup>> groups_;
};

}  // namespace gan
