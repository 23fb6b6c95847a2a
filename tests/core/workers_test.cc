// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/workers.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>

namespace gan {
namespace {

int parts_done(int threads) {
  Workers workers(threads);
  std::atomic<int> done{0};
  workers.run(100, [&](int) { ++done; });
  return done;
}

TEST(Workers, DoEachPartOnce) {
  for (const int threads : {1, 2, 7}) EXPECT_EQ(parts_done(threads), 100);
}

#if !defined(__SANITIZE_ADDRESS__)  // which takes its address space beforehand
TEST(Workers, GoOnWithTheThreadsThatTheSystemGrants) {
  const auto with_little_space = [] {
    const rlimit space{size_t{1} << 30, size_t{1} << 30};  // a stack is 8 MiB
    setrlimit(RLIMIT_AS, &space);
    std::_Exit(parts_done(1000) == 100 ? 0 : 1);
  };
  EXPECT_EXIT(with_little_space(), testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace gan
