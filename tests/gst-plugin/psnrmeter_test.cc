// SPDX-License-Identifier: LGPL-2.1-or-later
// What psnrmeter measures and says.
#include "tests/gst-plugin/formats.h"
#include "tests/gst-plugin/meter_harness.h"

namespace gan::test {
namespace {

TEST(PsnrMeter, IdenticalStreamsAreInfinite) {
  const std::string source = test_source("num-buffers=4");
  const Outcome outcome = play(kMeter + source + "m.ref_sink " + source + "m.dist_sink");
  EXPECT_TRUE(outcome.eos);
  const std::string summary = final_of(outcome);
  EXPECT_EQ(number_in(summary, "frames"), 4);
  EXPECT_EQ(number_in(summary, "identical"), 4);
  EXPECT_TRUE(std::isinf(number_in(summary, "psnr"))) << summary;
  EXPECT_EQ(number_in(summary, "ssim"), 1);
  EXPECT_EQ(outcome.element_messages.size(), 5u);
}

TEST(PsnrMeter, EveryFrameIsAMessageWithItsPlaceAndValues) {
  const Outcome outcome = play(kMeter + test_source("num-buffers=3") + "m.ref_sink " +
                               test_source("num-buffers=3 pattern=ball") + "m.dist_sink");
  ASSERT_EQ(outcome.element_messages.size(), 4u);
  const std::string& last = outcome.element_messages[2];
  EXPECT_NE(last.find("final=(boolean)false"), std::string::npos) << last;
  for (const auto& [name, value] : {std::pair{"frame", 2e0},
                                    {"reference-frame", 2},
                                    {"processed-frame", 2},
                                    {"timestamp", 2e8},
                                    {"stream-time", 2e8},
                                    {"running-time", 2e8},
                                    {"duration", 1e8}})
    EXPECT_EQ(number_in(last, name), value) << name;
  for (const char* name : {"mse", "psnr", "ssim", "mse-y", "psnr-u", "ssim-v"})
    EXPECT_FALSE(std::isnan(number_in(last, name))) << name << ": " << last;
  EXPECT_TRUE(std::isnan(number_in(last, "ms-ssim"))) << "not asked for";
}

TEST(PsnrMeter, SaysWhatWasAskedForAndNoMore) {
  const std::string size = "video/x-raw,format=RGB,width=200,height=180,framerate=10/1 ! ";
  const Outcome outcome = play(
      "psnrmeter name=m ssim=false ms-ssim=true flicker=true luma=true message=false ! fakesink "
      "videotestsrc num-buffers=3 ! " +
      size + "m.ref_sink videotestsrc num-buffers=3 pattern=smpte75 ! " + size + "m.dist_sink");
  ASSERT_EQ(outcome.element_messages.size(), 1u);
  const std::string summary = final_of(outcome);
  EXPECT_TRUE(std::isnan(number_in(summary, "ssim")));
  for (const char* name : {"ms-ssim", "ms-ssim-y", "ms-ssim-r", "flicker", "flicker-static-g",
                           "psnr-y", "psnr-mean", "psnr-min"})
    EXPECT_FALSE(std::isnan(number_in(summary, name))) << name << ": " << summary;
}

TEST(PsnrMeter, WhatIsNotDefinedIsNanWithoutASign) {
  const std::string size = "video/x-raw,format=GRAY8,width=1,height=1,framerate=10/1 ! ";
  const Outcome outcome =
      play("psnrmeter name=m ms-ssim=true flicker=true ! fakesink videotestsrc num-buffers=2 ! " +
           size + "m.ref_sink videotestsrc num-buffers=2 pattern=white ! " + size + "m.dist_sink");
  ASSERT_EQ(outcome.element_messages.size(), 3u);
  for (const std::string& message : outcome.element_messages) {
    EXPECT_NE(message.find(" ssim=(double)nan"), std::string::npos) << message;
    EXPECT_NE(message.find(" ms-ssim-gray=(double)nan"), std::string::npos) << message;
    EXPECT_EQ(message.find("-nan"), std::string::npos) << message;
  }
}

TEST(PsnrMeter, TheSsimWindowsDiffer) {
  const auto ssim = [](const std::string& window) {
    return number_in(final_of(play("psnrmeter name=m ssim-window=" + window + " ! fakesink " +
                                   test_source("num-buffers=1") + "m.ref_sink " +
                                   test_source("num-buffers=1 pattern=ball") + "m.dist_sink")),
                     "ssim");
  };
  EXPECT_GT(std::abs(ssim("gaussian") - ssim("ffmpeg")), 1e-4);
}

TEST(PsnrMeter, TakesEveryFormatOfEnhancegan) {
  for (const std::string& format : known_formats()) {
    const std::string caps =
        concat(" ! videoconvert ! video/x-raw,width=33,height=23,format=", format, " ! ");
    const auto summary = [&](const char* pattern) {
      const Outcome outcome =
          play(kMeter + ("videotestsrc num-buffers=1" + caps) + "m.ref_sink " +
               concat("videotestsrc num-buffers=1 pattern=", pattern) + caps + "m.dist_sink");
      return final_of(outcome);
    };
    EXPECT_EQ(number_in(summary("smpte"), "identical"), 1) << format;
    const std::string other = summary("red");
    EXPECT_GT(number_in(other, "mse"), 1) << format << other;
    EXPECT_LT(number_in(other, "ssim"), 1) << format;
  }
}

TEST(PsnrMeter, DifferentFormatsAreAClearError) {
  const Outcome outcome =
      play(std::string(kMeter) +
           "videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=32,height=32 ! m.ref_sink "
           "videotestsrc num-buffers=2 ! video/x-raw,format=RGB,width=32,height=32 ! m.dist_sink");
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find("I420 32x32"), std::string::npos) << outcome.errors[0];
  EXPECT_NE(outcome.errors[0].find("RGB 32x32"), std::string::npos) << outcome.errors[0];
}

TEST(PsnrMeter, DifferentColorimetryIsAWarning) {
  const std::string source =
      "videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=32,height=32,colorimetry=";
  const Outcome outcome =
      play(kMeter + source + "bt601 ! m.ref_sink " + source + "bt709 ! m.dist_sink");
  EXPECT_EQ(number_in(final_of(outcome), "frames"), 2);
  ASSERT_EQ(outcome.warnings.size(), 1u);
  EXPECT_NE(outcome.warnings[0].find("bt709"), std::string::npos) << outcome.warnings[0];
}

TEST(PsnrMeter, TheProcessedStreamGoesOnUnchanged) {
  MeterHarness meter;
  meter.push_reference(0, 10);
  meter.push_processed(0, 13);
  GstBuffer* const out = gst_harness_pull(meter.processed);
  guint8 first = 0;
  gst_buffer_extract(out, 0, &first, 1);
  EXPECT_EQ(first, 13);
  EXPECT_EQ(GST_BUFFER_PTS(out), 0u);
  EXPECT_EQ(meter.stat("mse"), 9);
  EXPECT_EQ(meter.stat("frames"), 1);
  gst_buffer_unref(out);
}

// A downstream that would rather have RGB, and says so, gets the processed format all the same.
TEST(PsnrMeter, DownstreamCannotChangeTheFormatThatGoesOn) {
  const Outcome outcome = play(
      "psnrmeter name=m message=false ! videoconvert ! pngenc ! fakesink " +
      test_source("num-buffers=3") + "m.ref_sink " + test_source("num-buffers=3") + "m.dist_sink");
  EXPECT_TRUE(outcome.errors.empty()) << outcome.errors[0];
  EXPECT_EQ(number_in(final_of(outcome), "frames"), 3);
}

double mse_of_padded(const Padding& padding) {
  MeterHarness meter;
  GstBuffer* const padded = padded_grey(104, padding);
  GST_BUFFER_PTS(padded) = 0;
  gst_harness_push(meter.reference, padded);
  meter.push_processed(0, 100);
  gst_buffer_unref(gst_harness_pull(meter.processed));
  return meter.stat("mse");
}

// Rows with padding, as decoders hand them out, described by a GstVideoMeta.
TEST(PsnrMeter, ReadsFramesByTheirVideoMeta) { EXPECT_EQ(mse_of_padded({16, 16, 40, 8}), 16); }

TEST(PsnrMeter, DoesNotMeasurePadding) { EXPECT_EQ(mse_of_padded({16, 32, 16, 0}), 16); }

TEST(PsnrMeter, TheFinalMessageComesBeforeEos) {
  MeterHarness meter;
  GstBus* const bus = gst_bus_new();
  gst_element_set_bus(meter.processed->element, bus);
  meter.push_reference(0);
  meter.push_processed(0);
  meter.end();  // returns when EOS has come out
  bool final = false;
  while (const UniqueMessage message{gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT)}) {
    gboolean value = FALSE;
    gst_structure_get_boolean(gst_message_get_structure(message.get()), "final", &value);
    final |= value;
  }
  EXPECT_TRUE(final);
  gst_element_set_bus(meter.processed->element, nullptr);
  gst_object_unref(bus);
}

}  // namespace
}  // namespace gan::test
