// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory as the kernels want it: zeros, aligned to a cache line.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace gan::conv {

class Memory {
 public:
  Memory() = default;
  explicit Memory(size_t size)
      : size_(size), bytes_(static_cast<std::byte*>(::operator new(size, kAlignment))) {
    std::memset(bytes_.get(), 0, size);
  }
  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  size_t size() const { return size_; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete(bytes, kAlignment); }
  };
  size_t size_ = 0;
  std::unique_ptr<std::byte, Free> bytes_;
};

}  // namespace gan::conv
