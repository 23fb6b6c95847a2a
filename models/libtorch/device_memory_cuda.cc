// SPDX-License-Identifier: LGPL-2.1-or-later
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include "models/libtorch/device_memory.h"
#include "models/machine/host_allocator.h"

namespace gan {
namespace {

namespace allocator = c10::cuda::CUDACachingAllocator;

// The first of a figure's sums is that of all of LibTorch's pools.
constexpr size_t kAll = 0;

}  // namespace

size_t available_memory(torch::Device device) {
  if (!device.is_cuda()) return available_tensor_memory();
  const c10::cuda::CUDAGuard guard(device);
  size_t free = 0, whole = 0;
  if (cudaMemGetInfo(&free, &whole) != cudaSuccess) return 0;
  const auto stats = allocator::getDeviceStats(device.index());
  return free + static_cast<size_t>(stats.reserved_bytes[kAll].current -
                                    stats.allocated_bytes[kAll].current);
}

size_t peak_memory(torch::Device device, const std::function<void()>& work) {
  if (!device.is_cuda()) {
    const AllocationCount count;
    work();
    return count.peak();
  }
  allocator::resetPeakStats(device.index());
  const auto before = allocator::getDeviceStats(device.index()).allocated_bytes[kAll].current;
  work();
  return static_cast<size_t>(allocator::getDeviceStats(device.index()).allocated_bytes[kAll].peak -
                             before);
}

void give_back_memory() { allocator::emptyCache(); }

}  // namespace gan
