// SPDX-License-Identifier: LGPL-2.1-or-later
// The property align: streams that begin at different times.
#include "tests/gst-plugin/meter_streams.h"

namespace gan::test {
namespace {

constexpr double kLate[] = {0, 3, 23, 500, 5000};  // ms

TEST(PsnrMeterAlign, ALateStreamIsMeasuredWholeInBothModes) {
  for (const char* align : {"first-frame", "best"})
    for (const double late_ms : kLate)
      for (const bool moves : {true, false})
        for (const bool reference_late : {false, true}) {
          const auto late = static_cast<GstClockTime>(late_ms * GST_MSECOND);
          const Measured all = measured(align, moments(40, reference_late ? late : 0),
                                        moments(40, reference_late ? 0 : late), moves);
          EXPECT_EQ(all.frames, 40) << align << " " << late_ms;
          EXPECT_EQ(all.offset_ns, (reference_late ? 1 : -1) * late_ms * GST_MSECOND) << align;
          EXPECT_EQ(all.mse, 4) << align << " " << late_ms << ": other frames have more";
          EXPECT_EQ(all.frames_out, 40u);
          EXPECT_TRUE(all.warnings.empty()) << all.warnings[0];
        }
}

TEST(PsnrMeterAlign, RunningTimeIsTheDefaultAndSaysWhatWouldPair) {
  const Measured all = measured("running-time", moments(40), moments(40, 23 * GST_MSECOND));
  EXPECT_EQ(all.frames, 0);
  EXPECT_EQ(all.offset_ns, 0);
  ASSERT_EQ(all.warnings.size(), 2u) << "early, and at the end";
  for (const std::string& text : all.warnings)
    EXPECT_NE(text.find("an offset of -0.023000 s"), std::string::npos) << text;
  EXPECT_NE(all.warnings[0].find("align=first-frame or align=best"), std::string::npos);
  EXPECT_NE(all.warnings[0].find("16 frames of the"), std::string::npos) << "of 40: early";
}

TEST(PsnrMeterAlign, BestFindsWhatWasCutOff) {
  const Measured cut = measured("best", moments(40), moments(33, 3 * GST_MSECOND, 7));
  EXPECT_EQ(cut.offset_ns, 277e6);
  EXPECT_EQ(cut.frames, 33);
  EXPECT_EQ(cut.mse, 4);
  const Measured first = measured("first-frame", moments(40), moments(33, 3 * GST_MSECOND, 7));
  EXPECT_EQ(first.offset_ns, -3e6);
  EXPECT_GT(first.mse, 4);
}

TEST(PsnrMeterAlign, BestTakesShortStreamsToo) {
  for (const int frames : {1, 2, 10, 31, 32, 33}) {
    const Measured all = measured("best", moments(frames), moments(frames, 23 * GST_MSECOND));
    EXPECT_EQ(all.frames, frames);
    EXPECT_EQ(all.offset_ns, -23e6);
    EXPECT_EQ(all.frames_out, static_cast<guint>(frames));
  }
  const Measured one = measured("best", moments(20), moments(1, 23 * GST_MSECOND, 5));
  EXPECT_EQ(one.offset_ns, 177e6) << "the frame that shows the same";
  EXPECT_EQ(one.mse, 4);
  const Measured none = measured("best", moments(20), {});
  EXPECT_EQ(none.frames, 0);
  EXPECT_EQ(none.alone_reference, 20);
  EXPECT_EQ(measured("best", {}, moments(20)).frames_out, 20u);
  EXPECT_EQ(measured("best", {}, {}).warnings.size(), 0u);
}

TEST(PsnrMeterAlign, WhereNothingFitsRunningTimesStayAndAWarningSaysSo) {
  const Outcome outcome =
      play("psnrmeter name=m align=best ! fakesink " + test_source("num-buffers=30 pattern=black") +
           "m.ref_sink " + test_source("num-buffers=30 pattern=checkers-8") + "m.dist_sink");
  EXPECT_EQ(number_in(final_of(outcome), "frames"), 30);
  EXPECT_EQ(number_in(final_of(outcome), "offset"), 0);
  ASSERT_EQ(outcome.warnings.size(), 1u);
  EXPECT_NE(outcome.warnings[0].find("makes the pictures alike"), std::string::npos)
      << outcome.warnings[0];
}

TEST(PsnrMeterAlign, DifferentRatesAreAligned) {
  Moments slow;
  for (int i = 0; i < 20; ++i) slow.push_back({GstClockTime(23 + 80 * i) * GST_MSECOND, 2 * i});
  const Measured all = measured("best", moments(40), slow);
  EXPECT_EQ(all.frames, 20);
  EXPECT_EQ(all.offset_ns, -23e6);
  EXPECT_EQ(all.mse, 4);
  EXPECT_EQ(all.alone_reference, 20);
}

TEST(PsnrMeterAlign, GapsAndHolesInTheFirstSecondShiftNothing) {
  MeterHarness meter("format=GRAY8,width=16,height=16",
                     [](GstElement* element) { set_align(element, "best"); });
  Moments with_hole = moments(40, 23 * GST_MSECOND);
  with_hole.erase(with_hole.begin() + 5, with_hole.begin() + 12);
  std::thread other([&] {
    for (const Moment& moment : moments(40))
      gst_harness_push(meter.reference, scene_frame(moment, false));
    gst_harness_push_event(meter.reference, gst_event_new_eos());
  });
  for (size_t i = 0; i < with_hole.size(); ++i) {
    if (i == 5)
      gst_harness_push_event(meter.processed,
                             gst_event_new_gap(223 * GST_MSECOND, 280 * GST_MSECOND));
    gst_harness_push(meter.processed, scene_frame(with_hole[i], true));
  }
  gst_harness_push_event(meter.processed, gst_event_new_eos());
  other.join();
  wait_for_eos(meter);
  EXPECT_EQ(meter.stat("frames"), 33);
  EXPECT_EQ(meter.stat("offset"), -23e6);
  EXPECT_EQ(meter.stat("mse"), 4);
}

// Threads of both sides, of the meter, and sleeps between them change nothing.
TEST(PsnrMeterAlign, TheResultDoesNotDependOnTiming) {
  const auto final_with = [](const char* properties, const char* before_reference,
                             const char* before_processed) {
    const std::string source = test_source("num-buffers=40 pattern=ball", 25);
    return final_of(
        play(concat("psnrmeter name=m message=false align=best ", properties, " ! fakesink ",
                    source, before_reference, "m.ref_sink ",
                    test_source("num-buffers=40 pattern=ball timestamp-offset=23000000", 25),
                    before_processed, "m.dist_sink")));
  };
  const std::string first = final_with("threads=1", "", "");
  EXPECT_EQ(number_in(first, "offset"), -23e6) << first;
  EXPECT_EQ(number_in(first, "identical"), 40) << first;
  EXPECT_EQ(final_with("threads=3", "queue ! ", "queue ! "), first);
  EXPECT_EQ(final_with("", "identity sleep-time=7000 ! queue ! ", ""), first);
  EXPECT_EQ(final_with("", "", "identity sleep-time=7000 ! "), first);
}

TEST(PsnrMeterAlign, TheOffsetIsATypedField) {
  const Measured unused = measured("first-frame", moments(3, 5 * GST_SECOND), moments(3));
  EXPECT_EQ(unused.offset_ns, 5e9);
  const Outcome outcome = play("psnrmeter name=m align=first-frame ! fakesink " +
                               test_source("num-buffers=3 timestamp-offset=23000000") +
                               "m.ref_sink " + test_source("num-buffers=3") + "m.dist_sink");
  const std::string summary = final_of(outcome);
  EXPECT_NE(summary.find(" offset=(gint64)23000000"), std::string::npos) << summary;
  EXPECT_NE(summary.find(" repeated-reference=(guint64)0"), std::string::npos) << summary;
}

}  // namespace
}  // namespace gan::test
