// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/gst-plugin/allocation_count.h"

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

namespace {
std::atomic<uint64_t> count{0};
}

namespace gan::test {
uint64_t allocations() { return count; }
double bytes_in_use() {
  const auto memory = mallinfo2();
  return static_cast<double>(memory.uordblks) + static_cast<double>(memory.hblkhd);
}
}  // namespace gan::test

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

bool gan::test::counts_allocations() { return true; }

// Functions of the program come before those of libraries, so all call these.
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

#define GAN_EXPORT __attribute__((visibility("default")))

GAN_EXPORT void* malloc(size_t bytes) noexcept { return ++count, __libc_malloc(bytes); }
GAN_EXPORT void* calloc(size_t items, size_t bytes) noexcept {
  return ++count, __libc_calloc(items, bytes);
}
GAN_EXPORT void* realloc(void* old, size_t bytes) noexcept {
  return ++count, __libc_realloc(old, bytes);
}
GAN_EXPORT void* memalign(size_t alignment, size_t bytes) noexcept {
  return ++count, __libc_memalign(alignment, bytes);
}
GAN_EXPORT void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
  return memalign(alignment, bytes);
}
GAN_EXPORT int posix_memalign(void** result, size_t alignment, size_t bytes) noexcept {
  *result = memalign(alignment, bytes);
  return *result ? 0 : ENOMEM;
}
}

#else

bool gan::test::counts_allocations() { return false; }

#endif
