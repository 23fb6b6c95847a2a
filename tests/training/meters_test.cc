// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/core/checkpoint/scratch.h"
#include "tests/training/event_records.h"
#include "tests/training/gan_train.h"
#include "training/meters/event_file.h"
#include "training/meters/report.h"

namespace gan::training {
namespace {

TEST(Crc32c, IsCastagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);  // RFC 3720, appendix B.4
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
}

TEST(EventFile, HoldsScalarsAsProtobuf) {
  const test::Scratch scratch;
  EventFile file(scratch.path(), -1);
  file.scalars(300, {{"loss", 1.5}});
  const auto events = test::events_of(test::event_file_in(scratch.path()));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NE(events[0].find("brain.Event:2"), std::string::npos);
  // After the wall time (9 bytes): step 300 = 0xac 0x02; summary { value { tag, simple_value } }.
  const std::string expected("\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15\x00\x00\xc0\x3f", 18);
  EXPECT_EQ(events[1].substr(9), expected);
}

TEST(EventFile, IsCutBackToTheResumedStep) {
  const test::Scratch scratch;
  {
    EventFile file(scratch.path(), -1);
    for (const int64_t step : {5, 10, 15}) file.scalars(step, {{"a", 1}});
  }
  std::ofstream(test::event_file_in(scratch.path()), std::ios::app | std::ios::binary)
      << "cut short";
  EventFile file(scratch.path(), 10);
  EXPECT_EQ(test::events_of(test::event_file_in(scratch.path())).size(), 3u);  // version, 5, 10
  file.scalars(12, {{"a", 1}});
  EXPECT_EQ(test::events_of(test::event_file_in(scratch.path())).size(), 4u);
}

TEST(EventFile, LeavesThoseOfOtherProgramsAlone) {
  const test::Scratch scratch;
  scratch.write("events.out.tfevents.1.host", "another program's");
  EventFile(scratch.path(), 10).scalars(12, {{"a", 1}});
  EXPECT_EQ(test::slurp(scratch.file("events.out.tfevents.1.host")), "another program's");
}

TEST(Report, EscapesAndDrawsWhatThereIs) {
  const test::Scratch scratch;
  MetricsCsv metrics(scratch.file("metrics.csv"), -1);
  metrics.write(1, {{"loss", 3}, {"bad", NAN}});
  metrics.write(2, {{"loss", 1}});
  metrics.write(2, {{"val_psnr_y", 30.25}});
  write_report(scratch.file("report.html"),
               {"a <run>",
                {{"option", "x & y"}},
                {"samples/1.png"},
                {"bicubic | output | truth", "bicubic", {{"val_psnr_y", 28.5}}}},
               metrics);
  const std::string html = test::slurp(scratch.file("report.html"));
  for (const char* part :
       {"a &lt;run&gt;", "x &amp; y", "<polyline", "samples/1.png", "loss <b>1</b>",
        "bicubic | output | truth", "<span>bicubic 28.5</span>", "class=\"p\"", ">1</text>",
        ">2</text>", "peak signal-to-noise ratio of the luma"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
  EXPECT_EQ(html.find("http"), std::string::npos);
}

TEST(MetricsCsv, OneStepIsOneRowHoweverItIsWritten) {
  const test::Scratch scratch;
  MetricsCsv metrics(scratch.file("metrics.csv"), -1);
  metrics.write(1, {{"loss", 3}});
  metrics.write(2, {{"loss", 2}});
  metrics.write(2, {{"look", 5}});
  metrics.write(3, {{"loss", 1}});
  EXPECT_EQ(test::slurp(scratch.file("metrics.csv")), "step,loss,look\n1,3,\n2,2,5\n3,1,\n");
}

// One line says what a column is; of the rare ones that are named here none is without.
TEST(Report, KnowsWhatEveryRecipesColumnsMean) {
  for (const char* column : {"loss",         "loss_g",
                             "loss_d",       "l1",
                             "gan",          "cycle",
                             "identity",     "val_psnr_y",
                             "val_psnr_rgb", "val_psnr_rgb_gain",
                             "val_ssim_y",   "val_gradient_y",
                             "val_swd",      "val_class_accuracy",
                             "look_psnr_y",  "accuracy_d_color",
                             "logit_real",   "perceptual",
                             "paired_a",     "path_mean",
                             "kl",           "lr_factor"})
    EXPECT_NE(meaning_of(column), "") << column;
  EXPECT_EQ(meaning_of("nobody"), "");
}

}  // namespace
}  // namespace gan::training
