// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/latent.h"

#include <cmath>

#include "models/blocks/batch_parts.h"
#include "models/blocks/fixed_filter.h"

namespace gan::training::losses {

torch::Tensor kl_divergence(const torch::Tensor& mean, const torch::Tensor& log_variance) {
  return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).flatten(1).sum(1).mean();
}

PathLength path_length(const torch::Tensor& picture, const torch::Tensor& styles,
                       const torch::Tensor& noise, const torch::Tensor& mean) {
  constexpr double kDecay = 0.01;
  const double pixels = static_cast<double>(picture.size(2) * picture.size(3));
  const auto gradient = torch::autograd::grad({(picture * (noise / std::sqrt(pixels))).sum()},
                                              {styles}, {}, true, true)[0];
  // Where no style matters yet, as of a residual start, the root has no slope.
  const auto lengths = (gradient.square().sum(2).mean(1) + 1e-12).sqrt();
  const auto moved = at::lerp(mean, mean_of_parts(lengths.mean()), kDecay);
  // The new mean takes part in the gradient, as in the original.
  return {(lengths - moved).square().mean(), moved.detach(), lengths};
}

PathStep path_step(const torch::Tensor& picture, const torch::Tensor& moved,
                   const torch::Tensor& mean) {
  const auto lengths = (picture - moved).flatten(1).norm(2, 1);
  const auto average = mean_of_parts(lengths.mean().detach());
  return {(lengths - mean).square().mean(),
          at::where(mean.eq(0), average, 0.999 * mean + 0.001 * average)};
}

torch::Tensor mode_seeking(const torch::Tensor& picture, const torch::Tensor& other,
                           const torch::Tensor& code, const torch::Tensor& other_code) {
  return -mean_of_parts((picture - other).abs().mean()) /
         (mean_of_parts((code - other_code).abs().mean()) + 1e-8);
}

torch::Tensor mode_seeking_of_detail(const torch::Tensor& picture, const torch::Tensor& other,
                                     const std::array<torch::Tensor, 2>& codes,
                                     const torch::Tensor& kernel) {
  const auto blurred = depthwise(picture, kernel), other_blurred = depthwise(other, kernel);
  return mode_seeking(picture - blurred, other - other_blurred, codes[0], codes[1]) -
         mode_seeking(blurred, other_blurred, codes[0], codes[1]);
}

}  // namespace gan::training::losses
