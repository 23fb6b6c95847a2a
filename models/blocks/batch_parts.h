// SPDX-License-Identifier: LGPL-2.1-or-later
// Training by several processes: each holds an equal part of every batch, in order. What depends on
// the whole batch (its statistics, random numbers by a sample's place) asks here, and is then the
// same for any number of processes.
#pragma once

#include <torch/torch.h>

#include <functional>

namespace gan {

struct BatchParts {
  int64_t part = 0, parts = 1;                         // this process's, of how many
  std::function<void(torch::Tensor& contiguous)> sum;  // in place over all processes
};
// Of this process: one part until somebody sets others. Not while a network runs.
const BatchParts& batch_parts();
void set_batch_parts(BatchParts parts);

// The sum, or the mean, of all processes' x, known to all. Its gradient is that of the sum of all
// processes' losses; averaged over processes, that of their mean. As often differentiable as
// wanted. All processes must call it in the same order, and backwards too.
torch::Tensor sum_of_parts(const torch::Tensor& x);
torch::Tensor mean_of_parts(const torch::Tensor& x);

// {n, ...} of each process -> {n * parts, ...}; without gradient.
torch::Tensor whole_batch(const torch::Tensor& part);
// The other way.
torch::Tensor part_of_batch(const torch::Tensor& whole);

// A part of what fill() makes of a tensor like x with the samples of the whole batch.
torch::Tensor drawn_like(const torch::Tensor& x,
                         const std::function<void(torch::Tensor& whole)>& fill);
torch::Tensor normal_like(const torch::Tensor& x);  // N(0, 1)

}  // namespace gan
