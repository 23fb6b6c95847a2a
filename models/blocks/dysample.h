// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"

namespace gan {

// DySample (Liu et al. 2023, arXiv:2308.15085): enlargement by sampling at places that depend on
// the picture, of each group of channels its own.
class DySampleImpl : public torch::nn::Module {
 public:
  struct Shape {
    int64_t in, out;  // out: of the 1x1 convolution at the end, which is left out at scale 1
    int64_t scale, groups;
  };
  explicit DySampleImpl(const Shape& shape);
  // {N, in, H, W} -> {N, out, scale H, scale W}
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Shape shape_;
  torch::Tensor init_pos_;  // a buffer of the file
  Conv offset_{nullptr}, scope_{nullptr}, end_conv_{nullptr};
};
TORCH_MODULE(DySample);

}  // namespace gan
