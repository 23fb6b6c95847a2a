// SPDX-License-Identifier: LGPL-2.1-or-later
// Losses in the space of a network's features.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/features/vgg.h"

namespace gan::training::losses {

struct FeatureTerm {
  std::string layer;  // "conv5_4", "relu3_3", ...; see Vgg
  double weight = 1;
  double gram_weight = 0;  // of the L1 distance of gram matrices (Gatys et al. 2016)
};

// Distance of two pictures in VGG's features. The reference gets no gradient.
class Perceptual {
 public:
  // kUnitMse: squared distance of the features of a place, each scaled to length 1 over the
  // channels, summed over these (LPIPS without its weights).
  enum class Distance { kL1, kMse, kUnitMse };
  Perceptual(std::shared_ptr<Vgg> vgg, std::vector<FeatureTerm> terms, Distance distance);

  int least_side() const;  // of the pictures

  // {N, 3, H, W} in [0, 1] both; the weighted sum of the terms, each a mean over all elements.
  torch::Tensor operator()(const torch::Tensor& picture, const torch::Tensor& reference) const;

 private:
  std::shared_ptr<Vgg> vgg_;
  std::vector<FeatureTerm> terms_;
  std::vector<std::string> layers_;
  Distance distance_;
};

// {N, C, C}: products of feature maps averaged over C H W (fast.ai's and Johnson et al.'s scale).
torch::Tensor gram(const torch::Tensor& features);

// Where a recipe gets its features: a file of VGG weights; "none" leaves the term out; "random" is
// a network of random weights, for trying a recipe out, never its result. Throws Error(kNotFound)
// that names the file when `source` is empty.
std::shared_ptr<Vgg> feature_network(const std::string& depth, const std::string& source,
                                     torch::Device device);

}  // namespace gan::training::losses
