// SPDX-License-Identifier: LGPL-2.1-or-later
// The features of MobileNet v2 (Sandler et al. 2018, arXiv:1801.04381, table 2), with its batch
// norms folded into the convolutions, as TensorFlow computes them: ReLU6, and padding that lies
// more below and to the right where a stride of 2 meets an even side.
#pragma once

#include "models/blocks/convolution.h"
#include "models/features/features.h"

namespace gan {

struct MobileNetOptions : Options {
  int last = 13;  // 0..18, the last block there is
  void visit(OptionVisitor& v) override;
};

// {N, 3, H, W}, RGB in [0, 1], normalised inside as (255 v - 128) / 128. Layers: "features.N" is
// what block N gives, "features.N.expand" and "features.N.depthwise" what lies inside it.
class MobileNet : public FeatureNetwork {
 public:
  using OptionsType = MobileNetOptions;
  explicit MobileNet(const MobileNetOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;  // of the last block
  std::map<std::string, torch::Tensor> forward(const torch::Tensor& image,
                                               const std::vector<std::string>& layers) override;
  int least_side(const std::vector<std::string>&) const override { return 1; }

 private:
  struct Layer {
    std::string name;  // "features.3.expand"; of the last in a block "features.3"
    Conv conv;
    bool clamps;  // ReLU6 behind it
    bool adds;    // what the block got
  };
  MobileNetOptions options_;
  std::vector<Layer> layers_;
};

// The built-in MobileNet, frozen and in eval mode.
std::shared_ptr<MobileNet> builtin_mobilenet();

}  // namespace gan
