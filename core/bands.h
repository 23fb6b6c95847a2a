// SPDX-License-Identifier: LGPL-2.1-or-later
// Sums over the rows of a picture, shared by threads.
#pragma once

#include <algorithm>
#include <vector>

#include "core/workers.h"

namespace gan {

// Calls task(0) .. task(count - 1), each once; without workers on the calling thread.
template <class Task>
void run_all(Workers* workers, int count, const Task& task) {
  if (workers) return workers->run(count, task);
  for (int i = 0; i < count; ++i) task(i);
}

// Bands are of one height whatever the number of threads, and are added in order, so that the sum
// is the same to the last bit.
inline constexpr int kBandRows = 64;

struct Interval {
  int begin, end;
};

inline int bands_of(int rows) { return (rows + kBandRows - 1) / kBandRows; }
// Rows of band `band`, as many as there are; none beyond the last.
inline Interval band_of(int rows, int band) {
  return {std::min(rows, band * kBandRows), std::min(rows, (band + 1) * kBandRows)};
}

// Sum of part(Interval) over all bands of rows; without workers on the calling thread alone.
template <class Sum, class Part>
Sum sum_of_bands(int rows, Workers* workers, const Part& part) {
  std::vector<Sum> sums(static_cast<size_t>(bands_of(rows)));
  run_all(workers, bands_of(rows),
          [&](int band) { sums[static_cast<size_t>(band)] = part(band_of(rows, band)); });
  Sum total{};
  for (const Sum& sum : sums) total += sum;
  return total;
}

}  // namespace gan
