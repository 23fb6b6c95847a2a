// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/error.h"
#include "tests/core/streams.h"

namespace gan {
namespace {

using namespace test;

TEST(Pairing, FramesOfOneTimeArePairs) {
  Pairing pairing;
  EXPECT_EQ(pairs_of(pairing, every(40, 5), every(40, 5)).size(), 5u);
  EXPECT_EQ(pairing.counts().unpaired_reference + pairing.counts().unpaired_processed, 0u);
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

TEST(Pairing, FramesTooNearInTimeAreRefusedWhicheverWayTheyGo) {
  for (const uint64_t second : {42 * kMs, 38 * kMs, 40 * kMs + 1001}) {
    Pairing pairing;
    EXPECT_THROW(pairs_of(pairing, {0, 40 * kMs, second, 80 * kMs}, every(40, 3)), Error) << second;
  }
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

}  // namespace
}  // namespace gan
