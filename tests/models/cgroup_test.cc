// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/machine/cgroup.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "tests/core/checkpoint/scratch.h"

namespace gan {
namespace {

// A root folder with these files.
struct Root : test::Scratch {
  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(file(path)).parent_path());
    write(path, text);
  }
};

TEST(Cgroup, TakesTheLeastOfTheGroupAndThoseAbove) {
  const Root root;
  root.put("proc/self/cgroup", "0::/user.slice/job.scope\n");
  root.put("sys/fs/cgroup/user.slice/cpu.max", "350000 100000\n");
  root.put("sys/fs/cgroup/user.slice/memory.max", "1000\n");
  root.put("sys/fs/cgroup/user.slice/memory.current", "900\n");
  root.put("sys/fs/cgroup/user.slice/memory.stat", "anon 200\ninactive_file 700\n");
  root.put("sys/fs/cgroup/user.slice/job.scope/cpu.max", "max 100000\n");
  root.put("sys/fs/cgroup/user.slice/job.scope/memory.max", "max\n");
  root.put("sys/fs/cgroup/user.slice/job.scope/memory.current", "600\n");
  EXPECT_EQ(cgroup_processors(root.path()), 4);
  EXPECT_EQ(cgroup_memory(root.path()), 800u);  // 700 of the 900 are only cached
  root.put("sys/fs/cgroup/user.slice/job.scope/memory.max", "500\n");
  EXPECT_EQ(cgroup_memory(root.path()), 0u);
}

TEST(Cgroup, InAContainerThePathMayBeTheHosts) {
  const Root root;
  root.put("proc/self/cgroup", "0::/../elsewhere/box\n");
  root.put("sys/fs/cgroup/cpu.max", "100000 100000\n");
  root.put("sys/fs/cgroup/memory.max", "64\n");
  root.put("sys/fs/cgroup/memory.current", "14\n");
  EXPECT_EQ(cgroup_processors(root.path()), 1);
  EXPECT_EQ(cgroup_memory(root.path()), 50u);
}

TEST(Cgroup, ReadsVersion1) {
  const Root root;
  root.put("proc/self/cgroup", "4:memory:/job\n3:cpu,cpuacct:/job\n1:name=systemd:/\n0::/\n");
  root.put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000");
  root.put("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "300");
  root.put("sys/fs/cgroup/memory/job/memory.stat", "total_inactive_file 100\n");
  root.put("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "150000");
  root.put("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cgroup_processors(root.path()), 2);
  EXPECT_EQ(cgroup_memory(root.path()), 800u);
  root.put("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "-1");
  EXPECT_EQ(cgroup_processors(root.path()), 0);
}

TEST(Cgroup, WithoutOneThereIsNoLimit) {
  const Root root;
  EXPECT_EQ(cgroup_processors(root.path()), 0);
  EXPECT_EQ(cgroup_memory(root.path()), SIZE_MAX);
}

}  // namespace
}  // namespace gan
