// SPDX-License-Identifier: LGPL-2.1-or-later
// Strictness: exact counts, nothing repeated, no wrong pair without a word.
#include "tests/core/checkpoint/scratch.h"
#include "tests/gst-plugin/meter_streams.h"

namespace gan::test {
namespace {

struct Counts {
  double frames, reference, processed, reference_after, processed_after;
  bool operator==(const Counts&) const = default;
};
std::ostream& operator<<(std::ostream& to, const Counts& c) {
  return to << c.frames << " pairs, alone " << c.reference << " and " << c.processed
            << ", of these after the end " << c.reference_after << " and " << c.processed_after;
}

Counts counts_in(const std::string& summary) {
  return {number_in(summary, "frames"), number_in(summary, "unpaired-reference"),
          number_in(summary, "unpaired-processed"), number_in(summary, "reference-after-end"),
          number_in(summary, "processed-after-end")};
}

Counts counts_of(const std::string& reference, const std::string& processed) {
  return counts_in(final_of(play(kMeter + reference + "m.ref_sink " + processed + "m.dist_sink")));
}

TEST(PsnrMeterPairing, AStreamAFrameLateLosesTwoFrames) {
  EXPECT_EQ(counts_of(test_source("num-buffers=5"),
                      test_source("num-buffers=5 timestamp-offset=100000000")),
            (Counts{4, 1, 1, 0, 1}));
}

TEST(PsnrMeterPairing, AShorterStreamIsReportedAndItsLastFrameNotRepeated) {
  EXPECT_EQ(counts_of(test_source("num-buffers=6"), test_source("num-buffers=4")),
            (Counts{4, 2, 0, 2, 0}));
  EXPECT_EQ(counts_of(test_source("num-buffers=4"), test_source("num-buffers=6")),
            (Counts{4, 0, 2, 0, 2}));
}

TEST(PsnrMeterPairing, DifferentFrameRatesPairWhereTheyMeet) {
  EXPECT_EQ(counts_of(test_source("num-buffers=30", 30), test_source("num-buffers=10", 10)),
            (Counts{10, 20, 0, 2, 0}));
  EXPECT_EQ(counts_of(test_source("num-buffers=12", 12), test_source("num-buffers=10", 10)),
            (Counts{2, 10, 8, 1, 0}));
}

TEST(PsnrMeterPairing, AFrameMissingInTheMiddleShiftsNothing) {
  MeterHarness meter;
  for (const GstClockTime ms : {0, 40, 80, 120}) {
    meter.push_reference(ms, static_cast<guint8>(ms));
    if (ms != 40) meter.push_processed(ms, static_cast<guint8>(ms + 2));
  }
  meter.end();
  EXPECT_EQ(meter.stat("frames"), 3);
  EXPECT_EQ(meter.stat("unpaired-reference"), 1);
  EXPECT_EQ(meter.stat("reference-after-end"), 0);
  EXPECT_EQ(meter.stat("mse"), 4);  // a pair of other frames would have at least 38^2
  EXPECT_EQ(meter.frames_out(), 3u);
}

TEST(PsnrMeterPairing, VariableFrameRatesPairByTime) {
  MeterHarness meter;
  for (const GstClockTime ms : {0, 33, 100, 117, 400, 403}) {
    meter.push_reference(ms, static_cast<guint8>(ms / 2));
    meter.push_processed(ms, static_cast<guint8>(ms / 2 + 1));
  }
  meter.end();
  EXPECT_EQ(meter.stat("frames"), 6);
  EXPECT_EQ(meter.stat("mse"), 1);
}

TEST(PsnrMeterPairing, AGapEventIsNoFrame) {
  MeterHarness meter;
  meter.push_reference(0);
  meter.push_processed(0);
  meter.push_reference(40);
  gst_harness_push_event(meter.processed, gst_event_new_gap(40 * GST_MSECOND, 40 * GST_MSECOND));
  meter.push_processed(80);
  meter.push_reference(80);
  meter.end();
  EXPECT_EQ(meter.stat("frames"), 2);
  EXPECT_EQ(meter.stat("unpaired-reference"), 1);
  EXPECT_EQ(meter.stat("unpaired-processed"), 0);
}

// Coded with B-frames, frames leave the encoder in another order than they came.
TEST(PsnrMeterPairing, BFramesComeInOrder) {
  const Scratch scratch;
  const std::string file = scratch.file("b-frames.mkv");
  const std::string source =
      "videotestsrc num-buffers=25 pattern=ball ! "
      "video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! ";
  const Outcome coded = play(
      source +
      "x264enc bframes=3 b-adapt=false quantizer=10 pass=quant ! matroskamux ! filesink location=" +
      file);
  ASSERT_TRUE(coded.errors.empty()) << coded.errors[0];
  const Outcome outcome =
      play(kMeter + source + "m.ref_sink filesrc location=" + file +
           " ! matroskademux ! avdec_h264 ! videoconvert ! video/x-raw,format=I420 ! m.dist_sink");
  EXPECT_EQ(counts_in(final_of(outcome)), (Counts{25, 0, 0, 0, 0}));
  EXPECT_GT(number_in(final_of(outcome), "psnr-min"), 35)
      << "the ball moves: other frames have less";
}

// As decoders give some AVI files of MPEG-4.
TEST(PsnrMeterPairing, RepeatedTimestampsAreCountedAndNotFatal) {
  Moments once = moments(6), twice = moments(6);
  twice.insert(twice.begin() + 3, {80 * GST_MSECOND, 5});  // another picture at the time of frame 2
  const auto repeated = [](const Moments& reference, const Moments& processed, const char* side) {
    MeterHarness meter;
    const Warnings warnings(meter.processed->element);
    push_streams(meter, reference, processed);
    wait_for_eos(meter);
    EXPECT_EQ(meter.stat("mse"), 4) << "the first is the partner";
    EXPECT_EQ(warnings.texts().size(), reference.size() == processed.size() ? 0u : 1u);
    return std::pair{meter.stat("frames"), meter.stat(concat("repeated-", side).c_str())};
  };
  EXPECT_EQ(repeated(twice, once, "reference"), (std::pair{6e0, 1e0}));
  EXPECT_EQ(repeated(once, twice, "processed"), (std::pair{6e0, 1e0}));
  EXPECT_EQ(repeated(twice, twice, "reference"), (std::pair{7e0, 0e0})) << "in order";
}

TEST(PsnrMeterPairing, FramesTooNearInTimeAreAnError) {
  MeterHarness meter;
  GstBus* const bus = gst_bus_new();
  gst_element_set_bus(meter.processed->element, bus);
  Moments near = moments(3);
  near.push_back({81 * GST_MSECOND, 3});
  push_streams(meter, near, moments(3));
  const UniqueMessage message(gst_bus_timed_pop_filtered(bus, 5 * GST_SECOND, GST_MESSAGE_ERROR));
  EXPECT_TRUE(message);
  gst_element_set_bus(meter.processed->element, nullptr);
  gst_object_unref(bus);
}

TEST(PsnrMeterPairing, AToleranceOfHalfAFrameIsRefused) {
  const Outcome outcome =
      play("psnrmeter name=m tolerance=50000000 ! fakesink " + test_source("num-buffers=5") +
           "m.ref_sink " + test_source("num-buffers=5 timestamp-offset=50000000") + "m.dist_sink");
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find("tolerance"), std::string::npos) << outcome.errors[0];
}

TEST(PsnrMeterPairing, StrictMakesALoneFrameAnError) {
  const Outcome outcome =
      play("psnrmeter name=m strict=true ! fakesink " + test_source("num-buffers=5") +
           "m.ref_sink " + test_source("num-buffers=4") + "m.dist_sink");
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find("frame 4 of the reference"), std::string::npos)
      << outcome.errors[0];
}

TEST(PsnrMeterPairing, FramesWithoutTimestampsAreAnError) {
  MeterHarness meter;
  GstBus* const bus = gst_bus_new();
  gst_element_set_bus(meter.processed->element, bus);
  for (GstHarness* side : {meter.reference, meter.processed}) {
    GstBuffer* const buffer = MeterHarness::grey(0, 1);
    GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_NONE;
    gst_harness_push(side, buffer);
  }
  const UniqueMessage message(gst_bus_timed_pop_filtered(bus, 5 * GST_SECOND, GST_MESSAGE_ERROR));
  ASSERT_TRUE(message);
  gst_element_set_bus(meter.processed->element, nullptr);
  gst_object_unref(bus);
}

TEST(PsnrMeterPairing, SaysWhyNothingEverPairs) {
  const Outcome outcome =
      play(kMeter + test_source("num-buffers=120") + "m.ref_sink " +
           test_source("num-buffers=3 timestamp-offset=20000000000") + "m.dist_sink");
  EXPECT_EQ(number_in(final_of(outcome), "frames"), 0);
  ASSERT_EQ(outcome.warnings.size(), 2u) << "after 32 frames, and at the end";
  EXPECT_NE(outcome.warnings[1].find("3 frames of the processed stream from 20.000000 s"),
            std::string::npos)
      << outcome.warnings[1];
}

}  // namespace
}  // namespace gan::test
