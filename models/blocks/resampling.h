// SPDX-License-Identifier: LGPL-2.1-or-later
// Plain enlargement of {N, C, H, W} inside networks.
#pragma once

#include <torch/torch.h>

namespace gan {

torch::Tensor nearest_twice(const torch::Tensor& x);
// Bilinear, half-pixel centres (PyTorch's align_corners=False).
torch::Tensor bilinear_twice(const torch::Tensor& x);
// PyTorch's bicubic (a = -0.75, half-pixel centres); scale 1 returns x. In bf16 on the CPU through
// float.
torch::Tensor enlarge_bicubic(const torch::Tensor& x, int64_t scale);

}  // namespace gan
