// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "core/checkpoint/atomic_file.h"
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

RunFolder::RunFolder(std::string path, bool resume) : path_(std::move(path)) {
  const auto left = left_by_a_run();
  std::string named;
  for (size_t i = 0; i < std::min<size_t>(left.size(), 6); ++i) named += (i ? ", " : "") + left[i];
  if (left.size() > 6) named += concat(" and ", left.size() - 6, " more");
  std::string begun;
  std::getline(std::ifstream(file("command.txt")), begun);
  const bool weights =
      std::ranges::any_of(left, [](const auto& name) { return name.ends_with(".safetensors"); });
  // A run that was killed before its first checkpoint loses nothing when it begins again.
  const bool goes_on = latest_state() || (begun.starts_with("gan-train ") && !weights);
  check(resume || left.empty(), ErrorKind::kSettings, path_, ": holds a run already (", named,
        "); ", goes_on ? "go on with --resume or " : "", "choose another folder");
  if (resume && !goes_on) {
    check(!left.empty(), ErrorKind::kSettings, path_,
          ": holds no run to go on with; without --resume a new one begins");
    const bool latest = std::ranges::count(left, "checkpoints/latest.safetensors") > 0;
    fail(ErrorKind::kSettings, path_, ": holds ", named,
         " but no checkpoints/step-N.state, without which no run goes on; "
         "begin a new one in another folder",
         weights ? concat(", from its weights with --set init=",
                          latest ? file("checkpoints/latest.safetensors") : "CHECKPOINT")
                 : "");
  }
  for (const char* folder : {"checkpoints", "samples"}) {
    std::error_code error;
    fs::create_directories(file(folder), error);
    check(!error, ErrorKind::kUnwritable, file(folder), ": cannot be made: ", error.message());
  }
}

bool RunFolder::has_begun(const std::string& path) { return fs::exists(path + "/command.txt"); }

void RunFolder::begin(const std::string& command, const std::string& configuration) const {
  if (!fs::exists(file("run.conf"))) write_text_file(file("run.conf"), configuration);
  std::ofstream commands(file("command.txt"), std::ios::app);
  commands << command << "\n";
  check(bool(commands.flush()), ErrorKind::kUnwritable, file("command.txt"), ": cannot be written");
}

std::vector<std::string> RunFolder::names_in(const std::string& folder) const {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(file(folder), none))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> RunFolder::left_by_a_run() const {
  std::vector<std::string> left;
  for (const auto& name : names_in("."))
    if (name == "command.txt" || name == "run.conf" || name == "metrics.csv" || name == "log.txt" ||
        name == "report.html" || name.starts_with("events.out.tfevents."))
      left.push_back(name);
  for (const auto& name : names_in("checkpoints"))
    if (name.ends_with(".safetensors") || name.ends_with(".state"))
      left.push_back("checkpoints/" + name);
  for (const auto& name : names_in("samples"))
    if (step_of(name, ".png")) left.push_back("samples/" + name);
  return left;
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

std::vector<int64_t> RunFolder::steps_with(std::string_view suffix) const {
  std::vector<int64_t> steps;
  for (const auto& name : names_in("checkpoints"))
    if (const auto step = step_of(name, suffix)) steps.push_back(*step);
  std::ranges::sort(steps);
  return steps;
}

std::optional<int64_t> RunFolder::latest_state() const {
  const auto steps = steps_with(".state");
  return steps.empty() ? std::nullopt : std::optional(steps.back());
}

int64_t RunFolder::kept() const { return static_cast<int64_t>(steps_with(".safetensors").size()); }

void RunFolder::point(const std::string& name, int64_t step) const {
  const std::string target = file("checkpoints/" + name + ".safetensors");
  const std::string temporary = target + ".tmp";
  std::error_code error;
  fs::remove(temporary, error);
  fs::create_hard_link(weights(step), temporary, error);
  if (error) fs::copy_file(weights(step), temporary, error);  // a file system without hard links
  if (!error) fs::rename(temporary, target, error);
  check(!error, ErrorKind::kUnwritable, target, ": cannot be written: ", error.message());
}

void RunFolder::prune(int keep) const {
  std::error_code ignored;
  for (const auto& name : names_in("checkpoints"))
    if (name.ends_with(".tmp")) fs::remove(file("checkpoints/" + name), ignored);
  const auto states = steps_with(".state"), weights = steps_with(".safetensors");
  for (size_t i = 0; i + 1 < states.size(); ++i) fs::remove(state(states[i]), ignored);
  for (size_t i = 0; i + static_cast<size_t>(keep) < weights.size(); ++i)
    fs::remove(this->weights(weights[i]), ignored);
}

}  // namespace gan::training
