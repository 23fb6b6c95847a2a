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
  //   ssim, ms-ssim           1 - ssim, 1 - ms_ssim
  //   psnr                    -psnr_db
  //   hfenn                   mse + 10 hfenn, as image-superres adds them
  // Throws Error(kSettings) that says what is allowed.
  explicit Mixture(const std::string& text);
  static constexpr const char* kNames = "l1, charbonnier, mse, ssim, ms-ssim, psnr, hfenn";

  // Throws Error(kSettings) where a term cannot take pictures of this side; made_by: the options
  // that make it.
  void check_side(int side, const std::string& made_by) const;

  // {N, C, H, W} in [0, 1] both.
  torch::Tensor operator()(const torch::Tensor& picture, const torch::Tensor& truth) const;

 private:
  struct Term {
    std::string name;
    double weight;
    int least_side;
    torch::Tensor (*loss)(const torch::Tensor& picture, const torch::Tensor& truth);
  };
  std::vector<Term> terms_;
};

}  // namespace gan::training::losses
