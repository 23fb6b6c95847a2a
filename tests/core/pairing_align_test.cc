// SPDX-License-Identifier: LGPL-2.1-or-later
// Offsets between the streams, repeated times, and what Pairing says of streams that do not meet.
#include "core/error.h"
#include "tests/core/streams.h"

namespace gan {
namespace {

using namespace test;

PairingOptions aligned(Align align) { return {kMs, false, align}; }

TEST(PairingAlign, FirstFramesArePartnersHoweverLateOneStreamIs) {
  for (const int64_t late_ms : {0, 3, 23, 500, 5000})
    for (const bool reference_late : {false, true}) {
      const int64_t late_ns = late_ms * int64_t{kMs};
      TimeList reference = every(40, 30), processed = every(40, 30);
      (reference_late ? reference : processed) = later(every(40, 30), late_ns);
      Pairing pairing;
      EXPECT_EQ(pairs_of(pairing, reference, processed, aligned(Align::kFirstFrame)).size(), 30u)
          << late_ms;
      EXPECT_EQ(pairing.counts().offset_ns, reference_late ? late_ns : -late_ns);
      Pairing plain;
      pairs_of(plain, reference, processed);
      EXPECT_EQ(plain.counts().offset_ns, 0);
      if (late_ms == 23) {
        EXPECT_EQ(plain.counts().pairs, 0u);
      }
    }
}

TEST(PairingAlign, AfterTheFirstFramesTimesDecide) {
  Pairing pairing;
  const auto pairs =
      pairs_of(pairing, every(40, 4), {7 * kMs, 87 * kMs, 127 * kMs}, aligned(Align::kFirstFrame));
  EXPECT_EQ(pairs, (Pairs{{0, 7 * kMs}, {80 * kMs, 87 * kMs}, {120 * kMs, 127 * kMs}}));
  EXPECT_EQ(pairing.counts().unpaired_reference, 1u);
}

TEST(PairingAlign, AStreamWithoutFramesHasNoFirstFrame) {
  Pairing pairing;
  EXPECT_TRUE(pairs_of(pairing, every(40, 3), {}, aligned(Align::kFirstFrame)).empty());
  EXPECT_EQ(pairing.counts().reference_after_end, 3u);
  EXPECT_EQ(pairing.counts().offset_ns, 0);
}

// Of a live stream: the frames given up before the other stream began shift nothing.
TEST(PairingAlign, AFirstFrameThatWasTooLateStillDecides) {
  Pairing pairing;
  const PairingOptions options = aligned(Align::kFirstFrame);
  EXPECT_EQ(pairing.next({}, {10 * kMs}, options, true), Pairing::Step::kProcessedAlone);
  EXPECT_EQ(pairing.next({0}, {50 * kMs}, options), Pairing::Step::kReferenceAlone);
  EXPECT_EQ(pairing.next({40 * kMs}, {50 * kMs}, options), Pairing::Step::kPair);
}

TEST(PairingAlign, BestWaitsForItsOffset) {
  Pairing pairing;
  const PairingOptions options = aligned(Align::kBest);
  const StreamHead a{100 * kMs}, b{0}, ended{{}, true};
  EXPECT_EQ(pairing.next(a, b, options), Pairing::Step::kWait);
  EXPECT_EQ(pairing.next(a, ended, options), Pairing::Step::kWait);
  EXPECT_FALSE(pairing.has_offset());
  EXPECT_EQ(pairing.next(a, {100 * kMs}, options, true), Pairing::Step::kProcessedAlone)
      << "the one too late is given up, not paired";
  pairing.set_offset(100 * int64_t{kMs});
  EXPECT_EQ(pairing.next({300 * kMs}, {200 * kMs}, options), Pairing::Step::kPair);
  EXPECT_EQ(pairing.counts().offset_ns, 100 * int64_t{kMs});
}

TEST(PairingAlign, TimesThatBothStreamsRepeatPairInOrder) {
  const TimeList twice = {0, 40 * kMs, 40 * kMs, 80 * kMs, 80 * kMs, 80 * kMs, 120 * kMs};
  Pairing pairing;
  EXPECT_EQ(pairs_of(pairing, twice, twice).size(), 7u);
  EXPECT_EQ(pairing.counts().repeated_reference + pairing.counts().repeated_processed, 0u);
  EXPECT_EQ(pairing.doubt(), "");
  Pairing shifted;
  EXPECT_EQ(pairs_of(shifted, twice, later(twice, 23 * kMs), aligned(Align::kFirstFrame)).size(),
            7u);
}

TEST(PairingAlign, OfTimesThatOneStreamRepeatsTheFirstPairs) {
  const TimeList once = every(40, 3);
  const TimeList thrice = {0, 40 * kMs, 40 * kMs + 1, 40 * kMs, 80 * kMs};
  Pairing pairing;
  EXPECT_EQ(pairs_of(pairing, thrice, once).size(), 3u);
  EXPECT_EQ(pairing.counts().repeated_reference, 2u);
  EXPECT_EQ(pairing.counts().unpaired_reference, 2u) << "of these";
  EXPECT_EQ(pairing.counts().unpaired_processed, 0u);
  EXPECT_EQ(pairing.doubt().find("2 frames of the reference repeat"), 0u) << pairing.doubt();
  Pairing other;
  EXPECT_EQ(pairs_of(other, once, thrice).size(), 3u);
  EXPECT_EQ(other.counts().repeated_processed, 2u);
  Pairing more;
  pairs_of(more, {0, 40 * kMs, 40 * kMs, 80 * kMs}, thrice);
  EXPECT_EQ(more.counts().pairs, 4u);
  EXPECT_EQ(more.counts().repeated_processed, 1u);
}

TEST(PairingAlign, AFrameThatGoesBackPairsOnlyWhereBothDo) {
  const TimeList back = {0, 80 * kMs, 40 * kMs, 120 * kMs};
  Pairing both;
  EXPECT_EQ(pairs_of(both, back, back).size(), 4u);
  Pairing one;
  EXPECT_EQ(pairs_of(one, back, every(40, 4)),
            (Pairs{{0, 0}, {80 * kMs, 80 * kMs}, {120 * kMs, 120 * kMs}}));
  EXPECT_EQ(one.counts().repeated_reference, 1u);
}

TEST(PairingAlign, StrictHoldsForRepeatedFramesToo) {
  Pairing pairing;
  EXPECT_THROW(pairs_of(pairing, {0, 0, 40 * kMs}, every(40, 2), {kMs, true}), Error);
}

std::string complaint_of(const TimeList& reference, const TimeList& processed,
                         Align align = Align::kRunningTime) {
  Pairing pairing;
  pairs_of(pairing, reference, processed, aligned(align));
  return pairing.complaint(aligned(align));
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(PairingComplaint, NamesTheOffsetThatWouldPairAndTheProperty) {
  const std::string text = complaint_of(every(40, 20), every(40, 20, 10000));
  EXPECT_TRUE(says(text, "no frame has found a partner")) << text;
  EXPECT_TRUE(says(text, "20 frames of the processed stream from 10.000000 s")) << text;
  EXPECT_TRUE(says(text, "an offset of -10.000000 s")) << text;
  EXPECT_TRUE(says(text, "align=first-frame or align=best")) << text;
  EXPECT_TRUE(
      says(complaint_of(later(every(40, 20), 23 * kMs), every(40, 20)), "an offset of 0.023000 s"));
}

// As of Matroska files that begin late: the first frame lies at 0, the others do not.
TEST(PairingComplaint, IsNotMisledByOddFirstFrames) {
  TimeList odd = later(every(40, 20), 23 * kMs);
  odd[0] = 0;
  const std::string text = complaint_of(every(40, 20), odd);
  EXPECT_TRUE(says(text, "only 2 frames have found a partner")) << text;
  EXPECT_TRUE(says(text, "an offset of -0.023000 s")) << text;
  EXPECT_TRUE(says(text, ": align=best")) << text;
  const std::string again = complaint_of(every(40, 20), odd, Align::kFirstFrame);
  EXPECT_TRUE(says(again, ": align=best")) << again;
}

TEST(PairingComplaint, SaysWhenNoOffsetHelps) {
  const std::string text = complaint_of(every(30, 20), every(70, 9));
  EXPECT_TRUE(says(text, "no offset pairs more")) << text;
}

TEST(PairingComplaint, IsSilentWhilePairsAreNoFewer) {
  EXPECT_EQ(complaint_of(every(40, 20), every(40, 20)), "");
  EXPECT_EQ(complaint_of(every(20, 40), every(40, 20)), "") << "half the rate";
  EXPECT_EQ(complaint_of(every(40, 90), every(40, 20)), "") << "a shorter stream";
  EXPECT_EQ(complaint_of({}, {}), "");
  EXPECT_NE(complaint_of(every(20, 60), every(60, 20)), "") << "a third of the rate";
  EXPECT_TRUE(says(complaint_of(every(40, 3), {}), "no frame of the processed stream"));
}

}  // namespace
}  // namespace gan
