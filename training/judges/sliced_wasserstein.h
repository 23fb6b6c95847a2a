// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace gan::training {

// Sliced Wasserstein distance of two sets of pictures (Rabin et al. 2011; on patches as in Karras
// et al. 2018, arXiv:1710.10196, section 5, at full size only): 7x7 patches, normalised per channel
// over each set, projected on random directions; the mean distance of the sorted projections, times
// 1000. 0: alike. a and b: {N, C, H, W} of equal sizes, sides at least 7. The same seed gives the
// same number.
double sliced_wasserstein(const torch::Tensor& a, const torch::Tensor& b, uint64_t seed = 1);

}  // namespace gan::training
