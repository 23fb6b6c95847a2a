// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/machine/host_allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <new>

#include "core/error.h"
#include "models/machine/host.h"

namespace gan {
namespace {

constexpr size_t kHeader = 64;        // before every block: its size; keeps data aligned
constexpr size_t kSmall = 256 << 10;  // below it glibc is quick enough
constexpr size_t kHugePage = 2 << 20;

// What AllocationLimit leaves to this thread; below 0: no limit.
thread_local int64_t allowance = -1;

thread_local int64_t held = 0, most_held = 0;  // by this thread, for AllocationCount

void count(int64_t bytes) {
  held += bytes;
  most_held = std::max(most_held, held);
}

void spend(size_t bytes) {
  if (allowance < 0) return;
  check(bytes <= static_cast<size_t>(allowance), ErrorKind::kNoMemory,
        "more memory than its file could fill");
  allowance -= static_cast<int64_t>(bytes);
}

class HostAllocator : public c10::Allocator {
 public:
  static HostAllocator& instance() {
    static auto* const allocator = new HostAllocator;  // outlives every tensor
    return *allocator;
  }

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
  c10::DataPtr allocate(size_t bytes) override { return take(bytes); }
  void copy_data(void* to, const void* from, std::size_t count) const override {
    default_copy_data(to, from, count);
  }
#else
  c10::DataPtr allocate(size_t bytes) const override {
    return const_cast<HostAllocator*>(this)->take(bytes);
  }
#endif

  c10::DeleterFnPtr raw_deleter() const override { return &give_back; }

  HostMemory memory() {
    const std::lock_guard lock(mutex_);
    return memory_;
  }
  void reset_peak() {
    const std::lock_guard lock(mutex_);
    memory_.peak = memory_.in_use;
  }
  void limit(size_t bytes) {
    const std::lock_guard lock(mutex_);
    limit_ = bytes;
  }
  size_t left() {
    const std::lock_guard lock(mutex_);
    if (limit_ == 0) return std::numeric_limits<size_t>::max();
    return limit_ - std::min(limit_, memory_.in_use);
  }

 private:
  c10::DataPtr take(size_t bytes) {
    if (bytes == 0) return {nullptr, c10::Device(c10::kCPU)};
    void* const data = static_cast<char*>(take_block(bytes)) + kHeader;
    return {data, data, &give_back, c10::Device(c10::kCPU)};
  }

  void* take_block(size_t bytes) {
    size_t size = bytes + kHeader;
    const size_t unit = size < kSmall ? kHeader : size < kHugePage ? 64 << 10 : kHugePage;
    size = (size + unit - 1) / unit * unit;
    spend(size);
    const std::lock_guard lock(mutex_);
    void* block = nullptr;
    if (limit_ > 0 && memory_.in_use + memory_.cached + size > limit_) make_room(size);
    // A block up to a quarter too large will do.
    if (const auto fit = free_.lower_bound(size);
        size >= kSmall && fit != free_.end() && fit->first <= size + size / 4) {
      block = fit->second;
      size = fit->first;
      memory_.cached -= size;
      free_.erase(fit);
    } else {
      if (posix_memalign(&block, size < kHugePage ? kHeader : kHugePage, size) != 0)
        throw std::bad_alloc();
      if (size >= kHugePage) madvise(block, size, MADV_HUGEPAGE);
    }
    *static_cast<size_t*>(block) = size;
    count(static_cast<int64_t>(size));
    memory_.in_use += size;
    memory_.peak = std::max(memory_.peak, memory_.in_use);
    return block;
  }

  static void give_back(void* data) {
    if (data) instance().put(static_cast<char*>(data) - kHeader);
  }

  void put(void* block) {
    const size_t size = *static_cast<size_t*>(block);
    if (allowance >= 0) allowance += static_cast<int64_t>(size);
    count(-static_cast<int64_t>(size));
    const std::lock_guard lock(mutex_);
    memory_.in_use -= size;
    if (size < kSmall) return std::free(block);
    free_.emplace(size, block);
    memory_.cached += size;
    // Never keep more than the work has needed at once.
    if (memory_.in_use + memory_.cached > memory_.peak + (64 << 20))
      shrink_cache(memory_.peak > memory_.in_use ? memory_.peak - memory_.in_use : 0);
  }

  void make_room(size_t size) {
    shrink_cache(0);
    check(memory_.in_use + size <= limit_, ErrorKind::kNoMemory, "out of memory: tensors hold ",
          memory_.in_use >> 20, " MiB and want ", size >> 20, " MiB more, of the ", limit_ >> 20,
          " MiB that were free");
  }

  void shrink_cache(size_t target) {
    while (memory_.cached > target && !free_.empty()) {
      const auto smallest = free_.begin();
      memory_.cached -= smallest->first;
      std::free(smallest->second);
      free_.erase(smallest);
    }
  }

  std::mutex mutex_;
  std::multimap<size_t, void*> free_;
  HostMemory memory_;
  size_t limit_ = 0;
};

}  // namespace

void install_host_allocator() {
  static const bool done = [] {
    c10::SetCPUAllocator(&HostAllocator::instance(), /*priority=*/1);
    return true;
  }();
  (void)done;
}

AllocationLimit::AllocationLimit(size_t bytes) { allowance = static_cast<int64_t>(bytes); }
AllocationLimit::~AllocationLimit() { allowance = -1; }

void limit_host_memory(size_t bytes) { HostAllocator::instance().limit(bytes); }

AllocationCount::AllocationCount() { held = most_held = 0; }
size_t AllocationCount::peak() const { return static_cast<size_t>(most_held); }

size_t available_tensor_memory() {
  return std::min(available_host_memory(), HostAllocator::instance().left());
}

HostMemory host_memory() { return HostAllocator::instance().memory(); }
void reset_host_memory_peak() { HostAllocator::instance().reset_peak(); }

}  // namespace gan
