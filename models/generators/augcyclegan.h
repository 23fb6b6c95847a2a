// SPDX-License-Identifier: LGPL-2.1-or-later
// The generators of Augmented CycleGAN (Almahairi et al. 2018, arXiv:1802.10151): one input picture
// has many outputs, and the code z chooses among them.
#pragma once

#include "models/blocks/convolution.h"
#include "models/blocks/modulated_conv.h"
#include "models/generators/augcyclegan_original.h"
#include "models/network.h"
#include "models/plans/augcyclegan.h"

namespace gan {

// image {N, 3, H, W} and latent {N, latent} ~ N(0, 1) -> {N, 3, H, W}; all in [0, 1] with style
// modulated and in [-1, 1] with the others, which want even sides; with residual not clamped.
class AugCycleGan : public ImageLatentNetwork {
 public:
  using OptionsType = AugCycleGanOptions;
  explicit AugCycleGan(const AugCycleGanOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image, torch::Tensor latent) override;
  // What the last convolution gets: {N, features, H, W}.
  torch::Tensor features(torch::Tensor image, torch::Tensor latent);

 private:
  // A modulated convolution with the dense layer that makes its style of the code.
  struct StyledConv : torch::nn::Module {
    StyledConv(int64_t latent, int64_t in, int64_t out);
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& latent) {
      return conv(x, style(latent));
    }
    torch::nn::Linear style{nullptr};
    ModulatedConv conv{nullptr};
  };

  AugCycleGanOptions options_;
  Conv conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr}, conv_out_{nullptr};
  std::vector<std::shared_ptr<StyledConv>> blocks_;
  std::shared_ptr<StyledConv> mod4_, mod5_;
  std::shared_ptr<OriginalAugCycleGan> original_;  // with the other styles
};

}  // namespace gan
