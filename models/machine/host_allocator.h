// SPDX-License-Identifier: LGPL-2.1-or-later
// LibTorch's host memory, kept between frames. A network's activations are tens of megabytes that
// glibc maps and unmaps for every layer; taking the page faults once makes the default model twice
// as fast. It also counts, which is how the memory of a tile is known.
#pragma once

#include <cstddef>

namespace gan {

struct HostMemory {
  size_t in_use = 0;  // bytes that tensors hold now
  size_t peak = 0;    // largest in_use since reset_host_memory_peak()
  size_t cached = 0;  // bytes kept for the next tensors
};

// Makes LibTorch allocate host memory here from now on, in the whole process; the second call does
// nothing. Tensors made before keep their memory. Thread-safe, as are all functions below.
void install_host_allocator();

// While it lives, tensors that the calling thread makes may hold at most `bytes` together; one more
// throws Error(kNoMemory). For building what a stranger's file describes.
class AllocationLimit {
 public:
  explicit AllocationLimit(size_t bytes);
  ~AllocationLimit();
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;
};

// From now on all tensors together may hold at most `bytes`; one more throws Error(kNoMemory),
// where the system would end the process. 0: no limit.
void limit_host_memory(size_t bytes);

// Counts the bytes of the tensors that the calling thread makes and frees while it lives.
class AllocationCount {
 public:
  AllocationCount();
  size_t peak() const;  // the most that it held at once
  AllocationCount(const AllocationCount&) = delete;
  AllocationCount& operator=(const AllocationCount&) = delete;
};

// Bytes that new tensors can take: what the host has available, within the limit.
size_t available_tensor_memory();

HostMemory host_memory();
void reset_host_memory_peak();

}  // namespace gan
