// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/pairing.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/error.h"

namespace gan {
namespace {

constexpr uint64_t kMs = 1'000'000;
using Times = std::vector<uint64_t>;
using Pairs = std::vector<std::pair<uint64_t, uint64_t>>;

// Plays two whole streams; the pairs that come of it.
Pairs pairs_of(Pairing& pairing, const Times& reference, const Times& processed,
               const PairingOptions& options = {}) {
  Pairs pairs;
  size_t r = 0, p = 0;
  const auto head = [](const Times& times, size_t at) {
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

Times every(uint64_t step_ms, int count, uint64_t first_ms = 0) {
  Times times;
  for (int i = 0; i < count; ++i)
    times.push_back((first_ms + step_ms * static_cast<uint64_t>(i)) * kMs);
  return times;
}

TEST(Pairing, FramesOfOneTimeArePairs) {
  Pairing pairing;
  EXPECT_EQ(pairs_of(pairing, every(40, 5), every(40, 5)).size(), 5u);
  EXPECT_EQ(pairing.counts().unpaired_reference + pairing.counts().unpaired_processed, 0u);
  EXPECT_EQ(pairing.why_none(), "");
}

TEST(Pairing, AFrameLeftOutInTheMiddleShiftsNothing) {
  Pairing pairing;
  const auto pairs =
      pairs_of(pairing, {0, 40 * kMs, 80 * kMs, 120 * kMs}, {0, 80 * kMs, 120 * kMs});
  EXPECT_EQ(pairs, (Pairs{{0, 0}, {80 * kMs, 80 * kMs}, {120 * kMs, 120 * kMs}}));
  EXPECT_EQ(pairing.counts().unpaired_reference, 1u);
  EXPECT_EQ(pairing.counts().reference_after_end, 0u);
}

TEST(Pairing, AStreamThatEndsEarlyIsToldFromOneWithHoles) {
  Pairing pairing;
  pairs_of(pairing, every(40, 10), every(40, 6));
  EXPECT_EQ(pairing.counts().pairs, 6u);
  EXPECT_EQ(pairing.counts().unpaired_reference, 4u);
  EXPECT_EQ(pairing.counts().reference_after_end, 4u);
  EXPECT_EQ(pairing.counts().processed_after_end, 0u);
}

TEST(Pairing, DifferentRatesPairWhereTheyMeet) {
  Pairing pairing;
  const auto pairs = pairs_of(pairing, every(20, 12), every(30, 8));  // 0, 60, 120, 180 ms
  EXPECT_EQ(pairs.size(), 4u);
  for (const auto& [a, b] : pairs) EXPECT_EQ(a, b);
  EXPECT_EQ(pairing.counts().unpaired_reference, 8u);
  EXPECT_EQ(pairing.counts().unpaired_processed, 4u);
}

TEST(Pairing, TheToleranceIsInclusive) {
  const auto pairs = [](uint64_t shift_ns) {
    Pairing pairing;
    return pairs_of(pairing, {0, 40 * kMs}, {shift_ns, 40 * kMs + shift_ns}).size();
  };
  EXPECT_EQ(pairs(kMs), 2u);
  EXPECT_EQ(pairs(kMs + 1), 0u);
}

// With a tolerance of half a frame, one frame late would pair each frame with its neighbour.
TEST(Pairing, AToleranceThatMakesPairsAmbiguousIsRefused) {
  Pairing pairing;
  try {
    pairs_of(pairing, every(40, 4), every(40, 4, 20), {20 * kMs, false});
    FAIL() << "was taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("0.020000 s"), std::string::npos) << error.what();
  }
  Pairing largest;
  EXPECT_THROW(pairs_of(largest, every(40, 4), every(40, 4), {UINT64_MAX, false}), Error);
  Pairing below_half;
  EXPECT_EQ(pairs_of(below_half, every(40, 4), every(40, 4), {20 * kMs - 1, false}).size(), 4u);
}

TEST(Pairing, TimesThatGoBackAreRefused) {
  Pairing pairing;
  EXPECT_THROW(pairs_of(pairing, {0, 80 * kMs, 40 * kMs}, {0, 40 * kMs, 80 * kMs}), Error);
  Pairing twice;
  EXPECT_THROW(pairs_of(twice, {0, 40 * kMs, 40 * kMs}, every(40, 3), {0, false}), Error);
}

TEST(Pairing, StrictRefusesAFrameWithoutPartner) {
  Pairing pairing;
  EXPECT_THROW(pairs_of(pairing, every(40, 3), every(40, 2), {kMs, true}), Error);
}

TEST(Pairing, AFrameWaitsForItsPartnerUnlessItIsLate) {
  Pairing pairing;
  const StreamHead frame{0, false}, nothing{{}, false};
  EXPECT_EQ(pairing.next(frame, nothing, {}), Pairing::Step::kWait);
  EXPECT_EQ(pairing.next(nothing, frame, {}), Pairing::Step::kWait);
  EXPECT_EQ(pairing.next(nothing, nothing, {}, true), Pairing::Step::kWait);
  EXPECT_EQ(pairing.next(nothing, frame, {}, true), Pairing::Step::kProcessedAlone);
  EXPECT_EQ(pairing.counts().unpaired_processed, 1u);
}

TEST(Pairing, SaysWhereTheStreamsAreWhenNoneMeet) {
  Pairing pairing;
  pairs_of(pairing, every(40, 3), every(40, 3, 10000));
  EXPECT_NE(pairing.why_none().find("3 frames of the processed stream from 10.000000 s"),
            std::string::npos)
      << pairing.why_none();
}

}  // namespace
}  // namespace gan
