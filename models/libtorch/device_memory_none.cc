// SPDX-License-Identifier: LGPL-2.1-or-later
// Where LibTorch has no CUDA.
#include "models/libtorch/device_memory.h"
#include "models/machine/host_allocator.h"

namespace gan {

size_t available_memory(torch::Device) { return available_tensor_memory(); }

size_t peak_memory(torch::Device, const std::function<void()>& work) {
  const AllocationCount count;
  work();
  return count.peak();
}

void give_back_memory() {}

}  // namespace gan
