// SPDX-License-Identifier: LGPL-2.1-or-later
// Losses that compare pictures value by value. Every result is a scalar: the mean over all elements
// of the local batch.
#pragma once

#include <torch/torch.h>

namespace gan::training::losses {

// a and b: {N, C, H, W}, equal sizes.
torch::Tensor l1(const torch::Tensor& a, const torch::Tensor& b);
torch::Tensor mse(const torch::Tensor& a, const torch::Tensor& b);

// mean sqrt((a - b)^2 + eps): L1 with a rounded tip (Lai et al. 2017, arXiv:1704.03915, eq. 2;
// eps = 1e-12 as in BasicSR).
torch::Tensor charbonnier(const torch::Tensor& a, const torch::Tensor& b, double eps = 1e-12);

}  // namespace gan::training::losses
