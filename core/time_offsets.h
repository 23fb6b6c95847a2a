// SPDX-License-Identifier: LGPL-2.1-or-later
// Time shifts under which frames of two streams meet, judged by their times alone.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace gan {

using Times = std::span<const uint64_t>;  // running times in ns, below 2^62, in stream order

struct TimeOffset {
  int64_t offset_ns = 0;  // added to the times of the processed stream
  // Which frames meet: numbers in the reference and in the processed stream.
  std::vector<std::pair<size_t, size_t>> pairs;
  // What two streams most often have: no shift, or one by which most frames meet those of
  // their own number.
  bool usual = false;
};

// Frames that are within the tolerance of each other when the processed ones are shifted, in order;
// frames of one time meet in order too.
TimeOffset meet_at(int64_t offset_ns, Times reference, Times processed, uint64_t tolerance_ns);

// All shifts, of those that make a frame of the one meet a frame of the other, that pair at least
// half as many frames as the best. Each lies in the middle of those that make its pairs, since
// times may be rounded; but no shift is 0 where 0 makes as many pairs. The order: no shift, that
// of one number, then by size. Empty when a stream has no frame.
std::vector<TimeOffset> time_offsets(Times reference, Times processed, uint64_t tolerance_ns);

}  // namespace gan
