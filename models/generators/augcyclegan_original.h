// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

#include "models/blocks/convolution.h"

namespace gan {

// The generator of the Augmented CycleGAN paper (appendix B; parameters named as in its authors'
// code below `model`): a residual network at half resolution whose norms take scale and shift from
// the code (conditional instance normalisation), or learned ones where there is no code.
// image {N, 3, H, W} in [-1, 1], latent {N, latent} -> {N, 3, H, W} in [-1, 1]; odd sides come out
// one pixel larger.
class OriginalAugCycleGan : public torch::nn::Module {
 public:
  OriginalAugCycleGan(int64_t latent, int64_t features);
  // What the last convolution gets: {N, features, H, W}, not negative; and the picture of it.
  torch::Tensor features(torch::Tensor image, const torch::Tensor& latent);
  torch::Tensor picture(const torch::Tensor& features) { return last_(features).tanh_(); }
  Conv& last() { return last_; }

 private:
  using Layer = std::function<torch::Tensor(const torch::Tensor& x, const torch::Tensor& latent)>;
  template <class Convolution>
  void add(int index, Convolution conv);
  void add_norm(torch::nn::Module& owner, const std::string& name, int64_t channels,
                std::vector<Layer>& layers) const;
  void add_block(int index, int64_t channels);

  int64_t latent_;
  std::vector<Layer> layers_;  // all but the last convolution
  Conv last_{nullptr};
};

}  // namespace gan
