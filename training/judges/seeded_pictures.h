// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/network.h"

namespace gan::training {

// Codes {count, length} of the seeds first, first + 1, ... (core/latent.h), on the CPU.
torch::Tensor seeded_codes(int64_t first, int64_t count, int length);

// Pictures {count, C, H, W} in [0, 1] on the CPU that a generator of [-1, 1] makes of such codes.
// label: {count}, for conditional generators.
struct Seeds {
  int64_t first = 0, count = 1;
};
torch::Tensor seeded_pictures(Network& generator, const Seeds& seeds, torch::Device device,
                              const torch::Tensor& label = {});

// From [-1, 1] on any device to [0, 1] on the CPU.
torch::Tensor unit_on_cpu(const torch::Tensor& pictures);

}  // namespace gan::training
