// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/time_offsets.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace gan {
namespace {

// Of processed frame p to reference frame r.
int64_t shift_between(uint64_t r, uint64_t p) {
  return static_cast<int64_t>(r) - static_cast<int64_t>(p);
}

// The shift in the middle of those that make the pairs of `offset`, and those that join on the way.
TimeOffset settled(int64_t offset, Times reference, Times processed, uint64_t tolerance) {
  TimeOffset now = meet_at(offset, reference, processed, tolerance);
  for (int round = 0; round < 8 && !now.pairs.empty(); ++round) {
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (const auto& [r, p] : now.pairs) {
      least = std::min(least, shift_between(reference[r], processed[p]));
      most = std::max(most, shift_between(reference[r], processed[p]));
    }
    const int64_t middle = least + (most - least) / 2;
    if (middle == now.offset_ns) break;
    TimeOffset next = meet_at(middle, reference, processed, tolerance);
    if (next.pairs.size() < now.pairs.size()) break;
    now = std::move(next);
  }
  return now;
}

bool mostly_of_one_number(const TimeOffset& offset) {
  const auto same =
      std::ranges::count_if(offset.pairs, [](auto pair) { return pair.first == pair.second; });
  return 2 * static_cast<size_t>(same) > offset.pairs.size();
}

bool same_shift(const TimeOffset& a, const TimeOffset& b) { return a.offset_ns == b.offset_ns; }

}  // namespace

TimeOffset meet_at(int64_t offset_ns, Times reference, Times processed, uint64_t tolerance_ns) {
  TimeOffset meeting{offset_ns, {}};
  for (size_t r = 0, p = 0; r < reference.size() && p < processed.size();) {
    const int64_t apart = shift_between(reference[r], processed[p]) - offset_ns;
    if (static_cast<uint64_t>(std::abs(apart)) <= tolerance_ns)
      meeting.pairs.emplace_back(r++, p++);
    else
      ++(apart < 0 ? r : p);
  }
  return meeting;
}

std::vector<TimeOffset> time_offsets(Times reference, Times processed, uint64_t tolerance_ns) {
  if (reference.empty() || processed.empty()) return {};
  const auto settle = [&](int64_t offset) {
    return settled(offset, reference, processed, tolerance_ns);
  };
  const TimeOffset none = meet_at(0, reference, processed, tolerance_ns), near = settle(0);
  const int64_t unshifted = none.pairs.size() == near.pairs.size() ? 0 : near.offset_ns;

  std::vector<int64_t> shifts;
  for (const uint64_t r : reference)
    for (const uint64_t p : processed) shifts.push_back(shift_between(r, p));
  std::ranges::sort(shifts);
  shifts.erase(std::unique(shifts.begin(), shifts.end()), shifts.end());
  std::vector<TimeOffset> offsets{near};
  if (unshifted == 0) offsets.push_back(none);
  for (const int64_t shift : shifts) offsets.push_back(settle(shift));

  const auto rank = [&](const TimeOffset& o) {
    return std::tuple(o.offset_ns == unshifted  ? 0
                      : mostly_of_one_number(o) ? 1
                                                : 2,
                      std::abs(o.offset_ns), o.offset_ns);
  };
  std::ranges::sort(offsets, {}, rank);
  offsets.erase(std::unique(offsets.begin(), offsets.end(), same_shift), offsets.end());
  size_t most = 0;
  for (const TimeOffset& o : offsets) most = std::max(most, o.pairs.size());
  std::erase_if(offsets, [&](const TimeOffset& o) { return 2 * o.pairs.size() < most; });
  for (TimeOffset& o : offsets) o.usual = std::get<0>(rank(o)) < 2;
  return offsets;
}

}  // namespace gan
