// SPDX-License-Identifier: LGPL-2.1-or-later
// What the machine has for this process.
#pragma once

#include <cstddef>
#include <exception>
#include <string>

namespace gan {

// Processors this process may use: the affinity mask and the cgroup's quota, at least 1.
int available_threads();

// As the kernel has it; empty where it does not tell.
std::string processor_name();

// Bytes that this process may still take before the system runs out of memory: what the kernel says
// is available, or less where a cgroup grants less.
size_t available_host_memory();

// What it says, in one line, where it says that memory ran out, ours, the system's or a device's;
// else empty.
std::string memory_error(const std::exception& error);

}  // namespace gan
