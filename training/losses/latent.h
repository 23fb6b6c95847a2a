// SPDX-License-Identifier: LGPL-2.1-or-later
// Losses on codes and on how pictures follow them. Means inside of a loss are those of all
// processes' batch (models/blocks/batch_parts.h).
#pragma once

#include <torch/torch.h>

#include <array>

namespace gan::training::losses {

// Kullback-Leibler divergence of N(mean, exp(log_variance)) from N(0, 1), summed over a sample's
// numbers and averaged over the batch (Kingma and Welling 2014, appendix B).
torch::Tensor kl_divergence(const torch::Tensor& mean, const torch::Tensor& log_variance);

// StyleGAN2's path-length regularisation (Karras et al. 2020, eq. 4, as NVIDIA's ada code computes
// it). picture must depend on styles {N, layers, style} by a graph; noise is N(0, 1) like picture.
struct PathLength {
  torch::Tensor penalty;  // mean of (length - mean length)^2; times weight and interval: the loss
  torch::Tensor mean;     // {}: the running mean after this batch; keep it detached
  torch::Tensor lengths;  // {N}: sqrt(mean over layers of |gradient|^2)
};
PathLength path_length(const torch::Tensor& picture, const torch::Tensor& styles,
                       const torch::Tensor& noise, const torch::Tensor& mean);

// Aug-CycleGAN-keras's form: two codes 0.1 apart should move the picture by the running mean of
// such distances m: loss = mean (|G(x, z) - G(x, z')| - m)^2, with m before this batch.
struct PathStep {
  torch::Tensor penalty;
  torch::Tensor
      mean;  // {}: 0.999 m + 0.001 mean length, or the mean length where m was 0; detached
};
PathStep path_step(const torch::Tensor& picture, const torch::Tensor& moved,
                   const torch::Tensor& mean);

// Mode seeking (Mao et al. 2019, arXiv:1903.05628) as one ratio of means over the whole batch:
// -mean |picture - other| / (mean |code - other code| + 1e-8).
torch::Tensor mode_seeking(const torch::Tensor& picture, const torch::Tensor& other,
                           const torch::Tensor& code, const torch::Tensor& other_code);
// That of what a blur by `kernel` takes from pictures, less that of what it leaves: codes are to
// choose detail, and no tints.
torch::Tensor mode_seeking_of_detail(const torch::Tensor& picture, const torch::Tensor& other,
                                     const std::array<torch::Tensor, 2>& codes,
                                     const torch::Tensor& kernel);

}  // namespace gan::training::losses
