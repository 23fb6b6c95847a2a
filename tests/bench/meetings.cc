// SPDX-License-Identifier: LGPL-2.1-or-later
// How long processes take to add up numbers: latency and bandwidth for scale.py. To be started as
// several processes, such as by mpirun.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "training/run/ranks.h"

namespace {

using gan::training::Ranks;

// The median of some all-reduces of so many bytes, by the slowest process.
double seconds_of(Ranks& ranks, int64_t bytes, int count) {
  auto tensor = torch::ones({bytes / 4});
  std::vector<double> all;
  for (int i = 0; i < count; ++i) {
    ranks.most(0);
    const auto start = std::chrono::steady_clock::now();
    ranks.sum(tensor);
    all.push_back(ranks.most(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()));
    tensor.fill_(1);
  }
  std::nth_element(all.begin(), all.begin() + count / 2, all.end());
  return all[static_cast<size_t>(count / 2)];
}

}  // namespace

int main() {
  Ranks ranks(gan::training::place_from_environment(), {.folder = "."});
  const auto others = static_cast<double>(ranks.ranks() - 1);
  if (others == 0) return std::printf("meetings wants several processes\n"), 1;
  const double few = seconds_of(ranks, 256, 201);
  for (int64_t bytes = 1 << 10; bytes <= 64 << 20; bytes *= 16) {
    const double seconds = seconds_of(ranks, bytes, 15);
    if (ranks.first())
      std::printf("%9ld bytes  %9.1f us\n", static_cast<long>(bytes), seconds * 1e6);
  }
  constexpr int64_t kMany = 64 << 20;
  const double many = seconds_of(ranks, kMany, 15);
  if (ranks.first())
    std::printf("--latency %.3g --bandwidth %.3g\n", few / (2 * others),
                2 * others / (others + 1) * static_cast<double>(kMany) / (many - few));
  ranks.part();
  return 0;
}
