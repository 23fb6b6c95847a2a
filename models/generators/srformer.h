// SPDX-License-Identifier: LGPL-2.1-or-later
// SRFormer (Zhou et al. 2023, arXiv:2303.09735): SwinIR's frame with larger windows, whose keys and
// values are four pixels each, of a quarter of the channels.
#pragma once

#include "models/blocks/transformer_frame.h"

namespace gan {

struct SrFormerOptions : TransformerOptions {
  int window = 16;       // 4..64 pixels, even
  double mlp_ratio = 2;  // 0.1..8
  void visit(OptionVisitor& v) override;
};

class SrFormerGroup;

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped.
class SrFormer : public ImageNetwork {
 public:
  using OptionsType = SrFormerOptions;
  explicit SrFormer(const SrFormerOptions& options);
  NetworkTraits traits() const override { return frame_.traits(options_.window); }
  torch::Tensor forward(torch::Tensor image) override;

 private:
  SrFormerOptions options_;
  TransformerFrame frame_;
  std::vector<std::shared_ptr<SrFormerGroup>> groups_;
};

}  // namespace gan
