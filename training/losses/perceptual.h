// SPDX-License-Identifier: LGPL-2.1-or-later
// Losses in the space of a network's features.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/options.h"
#include "models/features/features.h"

namespace gan::training::losses {

struct FeatureTerm {
  std::string layer;  // of Vgg "conv5_4", "relu3_3", ..., of MobileNet "features.3", ...
  double weight = 1;
  double gram_weight = 0;  // of the L1 distance of gram matrices (Gatys et al. 2016)
};

// Distance of two pictures in a network's features. The reference gets no gradient.
class Perceptual {
 public:
  // kUnitMse: squared distance of the features of a place, each scaled to length 1 over the
  // channels, summed over these (LPIPS, Zhang et al. 2018, arXiv:1801.03924, without its weights).
  enum class Distance { kL1, kMse, kUnitMse };
  Perceptual(std::shared_ptr<FeatureNetwork> network, std::vector<FeatureTerm> terms,
             Distance distance);

  int least_side() const { return network_->least_side(layers_); }  // of the pictures

  // {N, 3, H, W} in [0, 1] both; the weighted sum of the terms, each a mean over all elements.
  torch::Tensor operator()(const torch::Tensor& picture, const torch::Tensor& reference) const;

 private:
  std::shared_ptr<FeatureNetwork> network_;
  std::vector<FeatureTerm> terms_;
  std::vector<std::string> layers_;
  Distance distance_;
};

// {N, C, C}: products of feature maps averaged over C H W (fast.ai's and Johnson et al.'s scale).
torch::Tensor gram(const torch::Tensor& features);

// Where a recipe gets its features.
struct FeatureOptions {
  std::string perceptual = "vgg";  // vgg | mobilenet
  // A file of VGG's weights; "none" leaves the term out; "random" is a network of random weights,
  // for trying a recipe out, never its result.
  std::string vgg;
  void visit(OptionVisitor& v, const std::string& depth);
  bool uses_vgg() const { return perceptual == "vgg"; }
};

// VGG of that depth, the built-in MobileNet, or null with vgg=none; frozen. Throws
// Error(kNotFound) that says what there is when a file is wanted and not there.
std::shared_ptr<FeatureNetwork> feature_network(const std::string& depth,
                                                const FeatureOptions& options,
                                                torch::Device device);

// MobileNet's distance: kUnitMse of features.1, 3, 6 and 13. It sees structure, less colours and
// brightness, so that it wants a pixel loss beside it.
Perceptual mobilenet_distance(std::shared_ptr<FeatureNetwork> network);

}  // namespace gan::training::losses
