// SPDX-License-Identifier: LGPL-2.1-or-later
// What the control groups that this process runs in grant it. Version 2, and version 1's memory and
// cpu controllers. https://docs.kernel.org/admin-guide/cgroup-v2.html
#pragma once

#include <cstddef>
#include <string>

namespace gan {

// Processors of the quota, rounded up; 0 without one. root: the folder in place of /, for tests.
int cgroup_processors(const std::string& root = "");

// Bytes that the process may still take: the least over its group and those above of the limit less
// what is used, where pages that the kernel only caches do not count. SIZE_MAX without a limit.
size_t cgroup_memory(const std::string& root = "");

}  // namespace gan
