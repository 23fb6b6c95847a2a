// SPDX-License-Identifier: LGPL-2.1-or-later
// How often this process has asked for memory, in all its libraries.
#pragma once

#include <cstdint>

namespace gan::test {

// False where a sanitizer has the allocator.
bool counts_allocations();
uint64_t allocations();
// Bytes that it holds of the C library's.
double bytes_in_use();

}  // namespace gan::test
