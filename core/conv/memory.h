// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory as the kernels want it: zeros, aligned to a cache line. Throws Error(kNoMemory) where
// there is none.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "core/error.h"

namespace gan::conv {

class Memory {
 public:
  Memory() = default;
  // Large memory comes from the system as zeros and is not touched here.
  explicit Memory(size_t size) : size_(size), taken_(std::calloc(size + kAlignment, 1)) {
    check(taken_ != nullptr, ErrorKind::kNoMemory, "out of memory: no ", size >> 20, " MiB");
    bytes_ = up(kAlignment);
    std::byte* const pages = up(kPage);
    const ptrdiff_t left = bytes_ + size - pages;
    if (size >= kLarge) madvise(pages, static_cast<size_t>(left) / kPage * kPage, MADV_HUGEPAGE);
  }
  std::byte* data() { return bytes_; }
  const std::byte* data() const { return bytes_; }
  size_t size() const { return size_; }

 private:
  static constexpr size_t kAlignment = 64, kPage = 4096, kLarge = 8 << 20;
  struct Free {
    void operator()(void* taken) const { std::free(taken); }
  };
  std::byte* up(size_t multiple) const {
    const auto place = reinterpret_cast<uintptr_t>(taken_.get());
    return static_cast<std::byte*>(taken_.get()) + (multiple - place % multiple) % multiple;
  }

  size_t size_ = 0;
  std::unique_ptr<void, Free> taken_;
  std::byte* bytes_ = nullptr;
};

}  // namespace gan::conv
