// SPDX-License-Identifier: LGPL-2.1-or-later
// Sums over the rows of a picture, shared by threads.
#pragma once

#include <algorithm>
#include <vector>

#include "core/workers.h"

namespace gan {

// Bands are of one height whatever the number of threads, and are added in order, so that the sum
// is the same to the last bit.
inline constexpr int kBandRows = 64;

// Sum of part(begin, end) over all bands of rows; without workers on the calling thread alone.
template <class Sum, class Part>
Sum sum_of_bands(int rows, Workers* workers, const Part& part) {
  const int count = (rows + kBandRows - 1) / kBandRows;
  std::vector<Sum> sums(static_cast<size_t>(count));
  const auto task = [&](int band) {
    const int begin = band * kBandRows;
    sums[static_cast<size_t>(band)] = part(begin, std::min(rows, begin + kBandRows));
  };
  if (workers)
    workers->run(count, task);
  else
    for (int band = 0; band < count; ++band) task(band);
  Sum total{};
  for (const Sum& sum : sums) total += sum;
  return total;
}

}  // namespace gan
