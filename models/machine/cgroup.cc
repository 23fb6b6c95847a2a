// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/machine/cgroup.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <vector>

namespace gan {
namespace {

struct Group {
  bool version_1;
  std::string folder;
};

// The process's group of a controller and those above it. In a container the path may be one of the
// host's, which is not there; the folders above it are.
std::vector<Group> groups(const std::string& root, const std::string& controller) {
  std::vector<Group> all;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // number:controllers:path
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool version_1 = controllers.find("," + controller + ",") != std::string::npos;
    if (!version_1 && controllers != ",,") continue;
    const std::string top = root + "/sys/fs/cgroup" + (version_1 ? "/" + controller : "");
    std::string path = line.substr(second + 1);
    while (!path.empty()) {
      if (path != "/") all.push_back({version_1, top + path});
      path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
    all.push_back({version_1, top});
  }
  return all;
}

// False for a file that is not there or holds a word, such as "max".
bool read_number(const std::string& path, int64_t& value) {
  return static_cast<bool>(std::ifstream(path) >> value);
}

int64_t cached_bytes(const Group& group) {
  const std::string wanted = group.version_1 ? "total_inactive_file" : "inactive_file";
  std::ifstream file(group.folder + "/memory.stat");
  std::string key;
  for (int64_t value = 0; file >> key >> value;)
    if (key == wanted) return value;
  return 0;
}

}  // namespace

int cgroup_processors(const std::string& root) {
  int least = 0;
  for (const Group& group : groups(root, "cpu")) {
    int64_t quota = 0, period = 0;
    if (group.version_1) {
      if (!read_number(group.folder + "/cpu.cfs_quota_us", quota) ||
          !read_number(group.folder + "/cpu.cfs_period_us", period))
        continue;
    } else if (std::ifstream file(group.folder + "/cpu.max"); !(file >> quota >> period)) {
      continue;
    }
    if (quota <= 0 || period <= 0) continue;
    const auto count =
        static_cast<int>(std::min<int64_t>((quota + period - 1) / period, INT16_MAX));
    least = least == 0 ? count : std::min(least, count);
  }
  return least;
}

size_t cgroup_memory(const std::string& root) {
  size_t least = SIZE_MAX;
  for (const Group& group : groups(root, "memory")) {
    const bool old = group.version_1;
    int64_t limit = 0, used = 0;
    if (!read_number(group.folder + (old ? "/memory.limit_in_bytes" : "/memory.max"), limit) ||
        !read_number(group.folder + (old ? "/memory.usage_in_bytes" : "/memory.current"), used))
      continue;
    const int64_t left = limit - std::max<int64_t>(used - cached_bytes(group), 0);
    least = std::min(least, static_cast<size_t>(std::max<int64_t>(left, 0)));
  }
  return least;
}

}  // namespace gan
