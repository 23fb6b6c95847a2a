// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-measure: how near processed files, or networks, come to an original.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "core/image_file.h"
#include "pipelines/command.h"
#include "pipelines/interrupt.h"
#include "pipelines/measure_candidates.h"
#include "pipelines/measure_report.h"
#include "pipelines/measure_table.h"
#include "pipelines/progress.h"

namespace {

namespace fs = std::filesystem;
using gan::check;
using gan::Comparison;
using gan::ErrorKind;

struct Given {
  char** models = nullptr;
  char* report = nullptr;
  char* preview = nullptr;
  gboolean fit = FALSE, json = FALSE;
} given;

const GOptionEntry kOptions[] = {
    {"model", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &given.models,
     "measure a network instead of files; may be given several times", "MODEL"},
    {"report", 'o', 0, G_OPTION_ARG_FILENAME, &given.report,
     "write report.html there, with curves over time and the worst frames, and values.csv",
     "FOLDER"},
    {"fit", 0, 0, G_OPTION_ARG_NONE, &given.fit,
     "resample processed files of another size plainly to the original's", nullptr},
    {"preview", 'p', 0, G_OPTION_ARG_STRING, &given.preview,
     "only so much, from a time on (3s@1:20), or from the beginning (3s)", "LENGTH[@TIME]"},
    {"json", 0, 0, G_OPTION_ARG_NONE, &given.json,
     "results and progress as lines of JSON on stdout", nullptr},
    {}};

constexpr gan::Command kCommand = {
    "gan-measure", "ORIGINAL [PROCESSED ...] [-- PROPERTY=VALUE ...]",
    "Measures how near processed videos or pictures come to their original: PSNR and SSIM (more "
    "is\n"
    "better), flicker (less is better), and where it is worst. Several are ranked in one table.\n"
    "Without PROCESSED it measures networks: the original is shrunk, enlarged again by each and "
    "by\n"
    "bicubic, and compared with itself.",
    "Files are read as gan-enhance reads them: upright, progressive. Those that begin at other "
    "times\n"
    "are paired by what their first second shows; the offset is printed.\n"
    "What stands behind -- are properties of the element psnrmeter (gst-inspect-1.0 psnrmeter).\n\n"
    "Examples:\n"
    "  gan-measure original.mp4 processed.mkv             how near is it?\n"
    "  gan-measure original.mp4 a.mkv b.mkv -o report/    which is better, and where?\n"
    "  gan-measure clip.mp4                               how much better is the network than "
    "bicubic?\n"
    "  gan-measure clip.mp4 -m x2 -m other.pth            which network is better?\n"
    "  gan-measure original.mp4 small.mkv --fit           of another size\n"
    "  gan-measure photo.png photo.jpg                    pictures\n\n"
    "gan-enhance makes the files, gan-compare shows them side by side.",
    kOptions};

// Of a folder for each: the names, made different where they are not.
std::string folder_for(const std::string& name, std::set<std::string>& taken) {
  const std::string stem = fs::path(name).stem().string();
  std::string folder = stem;
  for (int i = 2; !taken.insert(folder).second; ++i) folder = gan::concat(stem, "-", i);
  return folder;
}

// Returns false where it was stopped.
bool measure_one(Comparison& comparison, const std::string& folder,
                 const std::vector<std::string>& properties, gan::Progress& progress) {
  gan::Clip original = comparison.open_original(), processed = comparison.open_processed();
  check(original.is_picture() == processed.is_picture(), ErrorKind::kSettings, original.path(),
        " and ", processed.path(), ": one is a picture, the other a video");
  const auto say = [&](const std::string& text) { progress.say(text); };
  gan::MeterOptions options{{"align=best", "luma=true"}, say, {}, &gan::interrupted()};
  if (!original.is_picture()) options.properties.push_back("flicker=true");
  if (!folder.empty()) options.properties.push_back("log-file=" + folder + "/values.csv");
  options.properties.insert(options.properties.end(), properties.begin(), properties.end());
  options.step = [&](int64_t pairs) { progress.step(pairs); };
  progress.begin(comparison.processed, original.expected_frames());
  comparison.measured = measure(original, processed, options);
  check(comparison.measured.pairs > 0, ErrorKind::kData, "no frame of ", comparison.original,
        " has a partner in ", comparison.processed);
  if (!folder.empty()) write_report(folder, comparison);
  return !gan::interrupted();
}

void run(const gan::Arguments& arguments) {
  check(!arguments.files.empty(), ErrorKind::kSettings, "wants an ORIGINAL; --help shows how");
  for (const std::string& file : arguments.files)
    check(!fs::is_directory(file), ErrorKind::kSettings, file,
          ": is a folder; gan-measure takes files");
  const bool networks = given.models || arguments.files.size() == 1;
  check(!given.models || arguments.files.size() == 1, ErrorKind::kSettings,
        "--model measures networks on ORIGINAL alone, PROCESSED files without it");
  gan::Progress progress(given.json, "frames");
  gan::CandidateOptions options{
      given.fit != FALSE, {}, [&](const std::string& text) { progress.say(text); }};
  const gan::Part part = gan::part_of(given.preview);
  options.reading.from_s = part.from_s;
  options.reading.to_s = part.to_s;
  std::vector<std::string> models;
  for (char** model = given.models; model && *model; ++model) models.emplace_back(*model);
  std::vector<Comparison> all = networks
                                    ? gan::networks_against(arguments.files[0], models, options)
                                    : gan::files_against(arguments.files, options);
  std::set<std::string> taken;
  std::vector<std::string> places;
  std::vector<Comparison> measured;
  for (Comparison& each : all) {
    std::string folder = given.report ? given.report : "";
    if (given.report) {
      places.push_back(folder_for(each.processed, taken));
      if (all.size() > 1) folder += "/" + places.back();
      std::error_code why;
      fs::create_directories(folder, why);
      check(!why, ErrorKind::kUnwritable, folder, ": ", why.message());
    }
    const bool whole = measure_one(each, folder, arguments.properties, progress);
    measured.push_back(std::move(each));
    if (!whole) {
      progress.say("stopped: what was measured until then follows");
      break;
    }
  }
  const std::string table = gan::table_of(measured);
  if (given.report && all.size() > 1) gan::write_ranking(given.report, measured, places);
  progress.finish();
  std::fputs(given.json ? gan::json_of(measured).c_str() : table.c_str(), stdout);
  if (given.report && !given.json)
    std::printf("report: %s\n", (fs::path(given.report) / "report.html").c_str());
  check(!gan::interrupted(), ErrorKind::kInterrupted, "interrupted");
}

}  // namespace

int main(int argc, char** argv) { return gan::run_command(kCommand, argc, argv, run); }
