// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

namespace gan::test {

// Where tests of what is done on a device do it: a GPU where there is one, as for the suite gpu,
// else the CPU.
inline torch::Device test_device() {
  return torch::cuda::is_available() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
}

}  // namespace gan::test
