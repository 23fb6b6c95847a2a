// SPDX-License-Identifier: LGPL-2.1-or-later
// The convolutions of VGG (Simonyan and Zisserman 2015, arXiv:1409.1556), whose features perceptual
// losses compare; parameters are named as torchvision's.
#pragma once

#include "models/features/features.h"

namespace gan {

struct VggOptions : Options {
  std::string depth = "19";  // 16 | 16_bn | 19
  int features = 64;         // 1..64, feature maps of the first stage: 64 in every published file
  void visit(OptionVisitor& v) override;
};

// {N, 3, H, W}, RGB in [0, 1]; normalised with ImageNet's mean and deviation inside.
class Vgg : public FeatureNetwork {
 public:
  using OptionsType = VggOptions;
  explicit Vgg(const VggOptions& options);
  NetworkTraits traits() const override;
  // After the last pooling.
  torch::Tensor forward(torch::Tensor image) override;

  // Layers: "conv5_4" (before its ReLU), "relu3_3", "pool4"; with depth 16_bn also "bn3_3".
  std::map<std::string, torch::Tensor> forward(const torch::Tensor& image,
                                               const std::vector<std::string>& layers) override;
  int least_side(const std::vector<std::string>& layers) const override;

 private:
  VggOptions options_;
  std::vector<std::string> names_;  // of the layers, in order
  torch::nn::Sequential features_;
};

// Loads the features of a VGG of this depth from a file of torchvision's (whose classifier is
// ignored) or of ours, frozen and in eval mode. An empty or absent path throws Error(kNotFound)
// that names the file and where people get it.
std::shared_ptr<Vgg> load_vgg(const std::string& depth, const std::string& path);

}  // namespace gan
