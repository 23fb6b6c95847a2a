// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/machine/host.h"

#include <sched.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <new>
#include <string>

#include "core/error.h"
#include "models/machine/cgroup.h"

namespace gan {

int available_threads() {
  cpu_set_t set;
  int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  if (const int granted = cgroup_processors(); granted > 0) count = std::min(count, granted);
  return std::max(count, 1);
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) {
      const size_t colon = line.find(": ");
      return colon == std::string::npos ? "" : line.substr(colon + 2);
    }
  return "";
}

size_t available_host_memory() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  while (file >> word)
    if (size_t kilobytes = 0; word == "MemAvailable:" && file >> kilobytes)
      return std::min(kilobytes * 1024, cgroup_memory());
  return cgroup_memory();
}

bool is_out_of_memory(const std::exception& error) {
  if (const auto* const ours = dynamic_cast<const Error*>(&error))
    return ours->kind() == ErrorKind::kNoMemory;
  return dynamic_cast<const std::bad_alloc*>(&error) ||
         std::strstr(error.what(), "out of memory") != nullptr;
}

}  // namespace gan
