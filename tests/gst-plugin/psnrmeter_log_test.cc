// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/json.h"
#include "tests/golden/golden.h"
#include "tests/gst-plugin/meter_harness.h"

namespace gan::test {
namespace {

namespace fs = std::filesystem;

struct LogFolder {
  fs::path path;
  LogFolder() {
    char name[] = "/tmp/psnrmeter-log-XXXXXX";
    path = mkdtemp(name);
  }
  ~LogFolder() { fs::remove_all(path); }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(path), {}));
  }
};

Outcome play_with_log(const std::string& file, int frames, const char* pattern = "ball") {
  return play("psnrmeter name=m message=false log-file=" + file + " ! fakesink " +
              test_source(concat("num-buffers=", frames)) + "m.ref_sink " +
              test_source(concat("num-buffers=", frames, " pattern=", pattern)) + "m.dist_sink");
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(PsnrMeterLog, CsvHasNamesAndALineAFrame) {
  const LogFolder folder;
  const Outcome outcome = play_with_log(folder.path / "values.csv", 4);
  EXPECT_TRUE(outcome.errors.empty());
  const auto lines = lines_of(folder.path / "values.csv");
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0],
            "frame,reference-frame,processed-frame,timestamp,stream-time,running-time,duration,"
            "mse,psnr,ssim,mse-y,psnr-y,ssim-y,mse-u,psnr-u,ssim-u,mse-v,psnr-v,ssim-v");
  EXPECT_EQ(lines[4].find("3,3,3,300000000,300000000,300000000,100000000,"), 0u) << lines[4];
  EXPECT_EQ(std::count(lines[4].begin(), lines[4].end(), ','),
            std::count(lines[0].begin(), lines[0].end(), ','));
}

TEST(PsnrMeterLog, JsonLinesAreObjectsAndEndWithTheSummary) {
  const LogFolder folder;
  play_with_log(folder.path / "values.jsonl", 3, "smpte");  // identical
  const auto lines = lines_of(folder.path / "values.jsonl");
  ASSERT_EQ(lines.size(), 4u);
  for (size_t i = 0; i < lines.size(); ++i) {
    const JsonDocument document(lines[i], "line");
    EXPECT_EQ(json_object_get_boolean_member(document.root(), "final"), i == 3);
    EXPECT_STREQ(json_object_get_string_member(document.root(), "psnr"), "inf");
    EXPECT_EQ(json_object_get_double_member(document.root(), "ssim"), 1);
  }
  const JsonDocument last(lines[3], "line");
  EXPECT_EQ(json_object_get_int_member(last.root(), "frames"), 3);
}

TEST(PsnrMeterLog, AnotherSuffixIsRefused) {
  const Outcome outcome = play_with_log("/tmp/values.txt", 2);
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find(".csv or .jsonl, got /tmp/values.txt"), std::string::npos)
      << outcome.errors[0];
}

TEST(PsnrMeterLog, APlaceThatCannotBeWrittenIsAnErrorBeforeTheFirstFrame) {
  const Outcome outcome = play_with_log("/nowhere/values.csv", 2);
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find("/nowhere/values.csv: cannot be written: No such file"),
            std::string::npos)
      << outcome.errors[0];
}

// A limit on the size of files stands for a full disk.
TEST(PsnrMeterLog, AFullDiskIsAnErrorAndLeavesTheOldFileAlone) {
  const LogFolder folder;
  const fs::path file = folder.path / "values.csv";
  std::ofstream(file) << "old\n";
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{3000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const Outcome outcome = play_with_log(file, 100);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find("cannot be written"), std::string::npos) << outcome.errors[0];
  EXPECT_EQ(lines_of(file), std::vector<std::string>{"old"});
  EXPECT_EQ(folder.files(), 1u) << "nothing half-written is left";
}

TEST(PsnrMeterLog, AStopBeforeTheEndKeepsWhatWasMeasured) {
  const LogFolder folder;
  {
    MeterHarness meter("format=GRAY8,width=16,height=16", [&](GstElement* element) {
      g_object_set(element, "log-file", (folder.path / "values.csv").c_str(), nullptr);
    });
    meter.push_reference(0);
    meter.push_processed(0);
    gst_buffer_unref(gst_harness_pull(meter.processed));
    EXPECT_FALSE(fs::exists(folder.path / "values.csv"));
  }
  EXPECT_EQ(lines_of(folder.path / "values.csv").size(), 2u);
}

}  // namespace
}  // namespace gan::test
