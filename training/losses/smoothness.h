// SPDX-License-Identifier: LGPL-2.1-or-later
// Losses on colour and on differences of neighbours. Pictures {N, C, H, W}.
#pragma once

#include <torch/torch.h>

namespace gan::training::losses {

// Total variation of the modified WESPE: mean of dx^2 + dy^2 over the (H-1) x (W-1) grid on which
// both differences exist.
torch::Tensor total_variation(const torch::Tensor& x);
// DPED's and the WESPE paper's: mean dx^2 + mean dy^2, each over its own grid.
torch::Tensor total_variation_dped(const torch::Tensor& x);

// Mean |K * a - K * b| with the fixed blur K {k, k} (models/blocks/fixed_filter.h), zeros around:
// only the colours and brightness of large areas must agree.
torch::Tensor blurred_l1(const torch::Tensor& a, const torch::Tensor& b,
                         const torch::Tensor& kernel);

}  // namespace gan::training::losses
