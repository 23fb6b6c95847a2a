// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

namespace gan::training {

// For each of some pictures the `count` pictures of a set that are nearest to it.
struct Nearest {
  torch::Tensor distance;  // {N, count}, ascending: the root of the mean squared error, in [0, 1]
  torch::Tensor index;     // {N, count}, int64, in the set
};

// pictures {N, C, H, W} and set {M, C, H, W} in [0, 1], on the CPU; count at most M.
Nearest nearest_pictures(const torch::Tensor& pictures, const torch::Tensor& set, int64_t count);

// What memorising shows in (as in Radford et al. 2016, section 5, and Karras et al. 2018,
// appendix): how far pictures are from the nearest of the set, beside how far the set's pictures
// are from the nearest other one. A generator that copies has a median near 0.
struct Novelty {
  double median = 0;      // of the pictures
  double median_set = 0;  // of the set's own, 0 where it is full of copies
};
Novelty novelty(const torch::Tensor& pictures, const torch::Tensor& set);

}  // namespace gan::training
