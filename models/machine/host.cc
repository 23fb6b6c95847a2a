// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/machine/host.h"

#include <sched.h>

#include <algorithm>
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

std::string memory_error(const std::exception& error) {
  const std::string text = error.what();
  const auto* const ours = dynamic_cast<const Error*>(&error);
  const bool ran_out = ours ? ours->kind() == ErrorKind::kNoMemory
                            : dynamic_cast<const std::bad_alloc*>(&error) ||
                                  text.find("out of memory") != std::string::npos;
  return ran_out ? text.substr(0, text.find('\n')) : "";
}

}  // namespace gan
