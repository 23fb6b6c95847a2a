// SPDX-License-Identifier: LGPL-2.1-or-later
#include <c10/core/DeviceGuard.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <dlfcn.h>

#include <limits>

#include "models/libtorch/device_memory.h"
#include "models/machine/host_allocator.h"

namespace gan {
namespace {

namespace allocator = c10::cuda::CUDACachingAllocator;

// The first of a figure's sums is that of all of LibTorch's pools.
constexpr size_t kAll = 0;

// Of the device whose context is current. The driver's own function: LibTorch has none, and brings
// the runtime along for itself alone.
size_t free_memory() {
  using Query = int (*)(size_t * free, size_t * whole);
  static const auto query = [] {
    void* const driver = dlopen("libcuda.so.1", RTLD_NOW);
    return driver ? reinterpret_cast<Query>(dlsym(driver, "cuMemGetInfo_v2")) : nullptr;
  }();
  size_t free = 0, whole = 0;
  const bool told = query && query(&free, &whole) == 0;
  return told ? free : std::numeric_limits<size_t>::max() / 2;  // running out tells it then
}

}  // namespace

size_t available_memory(torch::Device device) {
  if (!device.is_cuda()) return available_tensor_memory();
  const c10::DeviceGuard guard(device);
  const auto stats = allocator::getDeviceStats(device.index());
  return free_memory() + static_cast<size_t>(stats.reserved_bytes[kAll].current -
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
