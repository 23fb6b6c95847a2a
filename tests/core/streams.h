// SPDX-License-Identifier: LGPL-2.1-or-later
// Streams as lists of times, and what Pairing makes of two.
#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "core/pairing.h"

namespace gan::test {

constexpr uint64_t kMs = 1'000'000;
using TimeList = std::vector<uint64_t>;
using Pairs = std::vector<std::pair<uint64_t, uint64_t>>;

// Plays two whole streams; the pairs that come of it.
inline Pairs pairs_of(Pairing& pairing, const TimeList& reference, const TimeList& processed,
                      const PairingOptions& options = {}) {
  Pairs pairs;
  size_t r = 0, p = 0;
  const auto head = [](const TimeList& times, size_t at) {
    return at < times.size() ? StreamHead{times[at], false} : StreamHead{{}, true};
  };
  while (true) {
    switch (pairing.next(head(reference, r), head(processed, p), options)) {
      case Pairing::Step::kPair: pairs.emplace_back(reference[r++], processed[p++]); break;
      case Pairing::Step::kReferenceAlone: ++r; break;
      case Pairing::Step::kProcessedAlone: ++p; break;
      case Pairing::Step::kEnd: return pairs;
      case Pairing::Step::kWait: ADD_FAILURE() << "waits for streams that are there"; return pairs;
    }
  }
}

inline TimeList every(uint64_t step_ms, int count, uint64_t first_ms = 0) {
  TimeList times;
  for (int i = 0; i < count; ++i)
    times.push_back((first_ms + step_ms * static_cast<uint64_t>(i)) * kMs);
  return times;
}

// Each time shifted.
inline TimeList later(TimeList times, int64_t by_ns) {
  for (uint64_t& time : times) time += static_cast<uint64_t>(by_ns);
  return times;
}

}  // namespace gan::test
