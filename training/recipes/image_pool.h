// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

#include <string>

#include "training/random.h"
#include "training/run/state.h"

namespace gan::training {

// The history of generated pictures that CycleGAN's discriminators see (Shrivastava et al. 2017,
// arXiv:1612.07828, section 2.3): until it is full it keeps every picture and gives it back; then
// it gives back, with probability 1/2, an old one in whose place it keeps the new one. Its pictures
// are tensors of the run's state, so a resumed run has them. All processes of a run have the same
// pictures: those of the whole batch (models/blocks/batch_parts.h).
class ImagePool {
 public:
  // size 0: gives every picture back.
  ImagePool(RunState& state, const std::string& name, int size)
      : pictures_(state.add_tensor("pool." + name, torch::zeros({0}, state.device()))),
        size_(size) {}

  // {N, C, H, W} -> the same, detached.
  torch::Tensor exchange(const torch::Tensor& pictures, Random& random);

 private:
  torch::Tensor& pictures_;  // {kept, C, H, W}
  int size_;
};

}  // namespace gan::training
