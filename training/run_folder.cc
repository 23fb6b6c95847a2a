// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run_folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <vector>

#include "core/error.h"

namespace gan::training {

namespace fs = std::filesystem;

std::optional<int64_t> step_of(const std::string& name, std::string_view suffix) {
  if (!name.starts_with("step-") || !name.ends_with(suffix)) return {};
  int64_t step = 0;
  const char* const end = name.data() + name.size() - suffix.size();
  if (std::from_chars(name.data() + 5, end, step).ptr != end) return {};
  return step;
}

namespace {

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  return names;
}

}  // namespace

RunFolder::RunFolder(std::string path) : path_(std::move(path)) {
  for (const char* folder : {"checkpoints", "samples"}) {
    std::error_code error;
    fs::create_directories(file(folder), error);
    check(!error, ErrorKind::kUnreadable, file(folder), ": cannot be made: ", error.message());
  }
}

std::string RunFolder::state(int64_t step) const {
  return file(concat("checkpoints/step-", step, ".state"));
}
std::string RunFolder::weights(int64_t step) const {
  return file(concat("checkpoints/step-", step, ".safetensors"));
}
std::string RunFolder::sample(int64_t step) const {
  return file(concat("samples/step-", step, ".png"));
}

std::optional<int64_t> RunFolder::latest_state() const {
  std::optional<int64_t> latest;
  for (const auto& name : names_in(file("checkpoints")))
    if (const auto step = step_of(name, ".state")) latest = std::max(latest.value_or(0), *step);
  return latest;
}

void RunFolder::point(const std::string& name, int64_t step) const {
  const std::string target = file("checkpoints/" + name + ".safetensors");
  const std::string temporary = target + ".tmp";
  std::error_code error;
  fs::remove(temporary, error);
  fs::create_hard_link(weights(step), temporary, error);
  if (error) fs::copy_file(weights(step), temporary, error);  // a file system without hard links
  if (!error) fs::rename(temporary, target, error);
  check(!error, ErrorKind::kUnreadable, target, ": cannot be written: ", error.message());
}

void RunFolder::prune(int keep) const {
  std::vector<int64_t> steps;
  std::error_code ignored;
  for (const auto& name : names_in(file("checkpoints"))) {
    if (const auto step = step_of(name, ".state")) steps.push_back(*step);
    if (name.ends_with(".tmp")) fs::remove(file("checkpoints/" + name), ignored);
  }
  std::ranges::sort(steps);
  for (size_t i = 0; i + static_cast<size_t>(keep) < steps.size(); ++i) {
    fs::remove(state(steps[i]), ignored);
    fs::remove(weights(steps[i]), ignored);
  }
}

}  // namespace gan::training
