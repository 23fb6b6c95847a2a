// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/log.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/image_file.h"
#include "training/meters/report.h"

namespace gan::training {
namespace {

constexpr size_t kSamplesInReport = 12;
constexpr size_t kMostSamples = 60;  // pictures in the folder

std::optional<int64_t> step_of_sample(const std::string& path) {
  return step_of(std::filesystem::path(path).filename().string(), ".png");
}

}  // namespace

RunLog::RunLog(const RunFolder& folder, const RunPlace& place, std::string recipe, Facts facts)
    : folder_(folder),
      steps_(place.steps),
      recipe_(std::move(recipe)),
      facts_(std::move(facts)),
      csv_(folder.file("metrics.csv"), place.step),
      events_(folder.path(), place.step),
      progress_(folder.file("log.txt"), std::max<int64_t>(place.step, 0) + 1, place.steps,
                place.limit) {
  for (const auto& file : sample_files())
    if (step_of_sample(file) > place.step) std::filesystem::remove(folder_.file(file));
}

void RunLog::row(int64_t step, const std::map<std::string, double>& values) {
  csv_.write(step, values);
  events_.scalars(step, values);
  std::string text = concat("step ", step, "  ", progress_.speed());
  for (const auto& [name, value] : values) {
    char number[32];
    std::snprintf(number, sizeof number, "%.5g", value);
    text += concat("  ", name, " ", number);
  }
  progress_.line(text);
}

void RunLog::samples(int64_t step, const Picture& grid, const ReportWords& words) {
  const std::string path = folder_.sample(step);
  write_image(path, grid.view());
  std::ifstream file(path, std::ios::binary);
  const std::string png{std::istreambuf_iterator<char>(file), {}};
  events_.image(step, "samples", png, grid.size);
  auto shown = sample_files();
  // A long run keeps pictures of all its length, not all of its pictures.
  if (shown.size() > kMostSamples)
    for (size_t i = 1; i + kSamplesInReport < shown.size(); i += 2)
      std::filesystem::remove(folder_.file(shown[i]));
  if (shown.size() > kSamplesInReport)
    shown.erase(shown.begin(), shown.end() - static_cast<ptrdiff_t>(kSamplesInReport));
  write_report(folder_.file("report.html"),
               {concat(recipe_, ", step ", step, " of ", steps_), facts_, shown, words}, csv_);
}

std::vector<std::string> RunLog::sample_files() const {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.file("samples")))
    if (step_of_sample(entry.path()))
      files.push_back("samples/" + entry.path().filename().string());
  std::ranges::sort(files, {}, step_of_sample);
  return files;
}

}  // namespace gan::training
