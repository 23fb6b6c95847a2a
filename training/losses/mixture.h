// SPDX-License-Identifier: LGPL-2.1-or-later
// Weighted sums of picture losses, as users write them: "mse", "mse + 0.5*ssim".
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

namespace gan::training::losses {

class Mixture {
 public:
  // Terms joined by +, each a name or NUMBER*NAME:
  //   l1, charbonnier, mse    pixel.h
  //   ssim                    1 - ssim
  //   psnr                    -psnr_db
  //   hfenn                   mse + 10 hfenn, as image-superres adds them
  // Throws Error(kSettings) that says what is allowed.
  explicit Mixture(const std::string& text);
  static constexpr const char* kNames = "l1, charbonnier, mse, ssim, psnr, hfenn";

  // {N, C, H, W} in [0, 1] both, sides at least 13 where ssim or hfenn take part.
  torch::Tensor operator()(const torch::Tensor& picture, const torch::Tensor& truth) const;

 private:
  struct Term {
    double weight;
    torch::Tensor (*loss)(const torch::Tensor& picture, const torch::Tensor& truth);
  };
  std::vector<Term> terms_;
};

}  // namespace gan::training::losses
