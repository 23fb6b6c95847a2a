// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/checkpoints.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>

#include "core/error.h"
#include "models/checkpoint.h"
#include "models/machine/device.h"

namespace gan::training {
namespace {

// Options that may differ between a run and its resumption.
bool may_change(const std::string& option) {
  for (const char* name :
       {"steps", "workers", "log_every", "validate_every", "save_every", "keep", "look", "init"})
    if (option == name) return true;
  return false;
}

// "network g, tensor conv.weight" of the first that holds a NaN or an infinity; empty when none.
std::string first_not_finite(const RunState& state) {
  for (const auto& named : state.networks())
    for (const Network* network : {named.network.get(), named.average.get()}) {
      if (!network) continue;
      for (const auto& [key, tensor] : state_dict(*network))
        if (tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>())
          return concat("network ", named.name, ", tensor ", key);
    }
  return "";
}

}  // namespace

std::map<std::string, std::string> circumstances_of(const RunRequest& request,
                                                    const Arithmetic& arithmetic,
                                                    const Dataset& data) {
  return {{"gan.threads", std::to_string(at::get_num_threads())},
          {"gan.device", arithmetic.device.str()},
          {"gan.precision", precision_name(arithmetic.precision)},
          {"gan.processes", std::to_string(arithmetic.processes)},
          {"gan.libtorch", TORCH_VERSION},
          {"gan.data", whole_path(request.data)},
          {"gan.samples an epoch", std::to_string(data.size())}};
}

std::string stored_precision(const std::string& state_file) {
  const TensorFile file = open_tensor_file(state_file);
  const auto found = file.metadata.find("gan.precision");
  return found == file.metadata.end() ? "fp32" : found->second;
}

void RunCheckpoints::resume(int64_t step, Means& means) {
  RunState& state = run_.state;
  const RunFolder& folder = run_.folder;
  const auto metadata = state.load(folder.state(step));
  const auto stored = [&](const std::string& key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  check(stored("gan.recipe") == run_.request.recipe, ErrorKind::kSettings, folder.path(),
        ": is a run of recipe ", stored("gan.recipe"), ", not of ", run_.request.recipe);
  OptionValues before = options_from_json(stored("gan.recipe_options"), folder.state(step));
  for (const auto& [key, value] : options_before_they_were()) before.emplace(key, value);
  for (const auto& [key, value] : write_options(run_.recipe.options())) {
    const auto found = before.find(key);
    if (found == before.end() || found->second == value) continue;
    check(may_change(key), ErrorKind::kSettings, folder.path(), ": was started with ", key, "=",
          found->second, ", cannot go on with ", key, "=", value);
  }
  state.notes.insert(state.notes.begin(), concat("resuming after step ", step));
  for (const auto& [key, now] : circumstances_)
    if (const auto was = stored(key); was != now && !was.empty())
      state.notes.push_back(concat("note: ", key.substr(4), " was ", was, ", is ", now,
                                   ": the run goes on, but not bit for bit"));
  means.restore(stored("gan.means"));
  best_ = std::strtod(stored("gan.best").c_str(), nullptr);
  best_step_ = std::strtoll(stored("gan.best_step").c_str(), nullptr, 10);
  last_saved_ = step;
  // A kill may have come between two of the files, or inside one.
  if (!std::filesystem::exists(folder.weights(step))) save_weights(step);
  folder.point("latest", step);
  if (best_step_ == step) folder.point("best", step);
  folder.prune(run_.recipe.options().keep);
}

void RunCheckpoints::save(int64_t step, const Means& means) {
  if (last_saved_ != step) write(step, means);
}

// State first, weights second, latest third: a kill between any two leaves a run that resumes.
void RunCheckpoints::write(int64_t step, const Means& means) {
  const std::string broken = first_not_finite(run_.state);
  check(broken.empty(), ErrorKind::kNotFinite, "step ", step, ": ", broken, " is not finite");
  auto extra = circumstances_;
  extra["gan.recipe"] = run_.request.recipe;
  extra["gan.recipe_options"] = options_to_json(run_.recipe.options());
  extra["gan.means"] = means.text();
  if (best_step_ > 0) {
    extra["gan.best"] = concat(std::setprecision(17), best_);
    extra["gan.best_step"] = std::to_string(best_step_);
  }
  run_.state.save(run_.folder.state(step), step, extra);
  save_weights(step);
  run_.folder.point("latest", step);
  last_saved_ = step;
  run_.folder.prune(run_.recipe.options().keep);
}

void RunCheckpoints::save_if_best(int64_t step, double value, const Means& means) {
  const bool better = run_.recipe.larger_is_better() ? value > best_ : value < best_;
  if (!std::isfinite(value) || (best_step_ > 0 && !better)) return;
  best_ = value;
  best_step_ = step;
  write(step, means);  // anew where it was kept: the state tells what is best
  run_.folder.point("best", step);
}

void RunCheckpoints::save_weights(int64_t step) const {
  const NamedNetwork& main = run_.state.network(run_.recipe.main_network());
  std::map<std::string, std::string> metadata = {
      {"gan.recipe", run_.request.recipe},
      {"gan.recipe_options", options_to_json(run_.recipe.options())},
      {"gan.data", run_.request.data},
      {"gan.step", std::to_string(step)},
      {"gan.command", run_.request.command},
      {"gan.averaged", main.average ? "true" : "false"},
      {"gan.licence", run_.recipe.options().licence},
      {"gan.provenance", run_.recipe.options().provenance},
      {"gan.precision", circumstances_.at("gan.precision")},
      {"gan.threads", circumstances_.at("gan.threads")},
      {"gan.libtorch", TORCH_VERSION}};
  save_network(run_.folder.weights(step), main.best(), main.table, *main.options, metadata);
}

void RunCheckpoints::check_disk(int64_t step) const {
  const RecipeOptions& options = run_.recipe.options();
  const int64_t saves = std::max<int64_t>(options.steps - step, 0) / options.save_every + 2;
  const int64_t room = std::max<int64_t>(options.keep - run_.folder.kept(), 0);
  std::error_code error;
  const auto space = std::filesystem::space(run_.folder.path(), error);
  // One state is written before the other goes, and weights beside what is kept.
  const uint64_t wanted =
      2 * run_.state.state_bytes() + run_.state.weights_bytes(run_.recipe.main_network()) *
                                         static_cast<uint64_t>(std::min(room, saves) + 1);
  check(error || space.available >= wanted, ErrorKind::kUnwritable, run_.folder.path(), ": ",
        space.available >> 20, " MiB are free, its checkpoints may take ", wanted >> 20,
        " MiB more (keep=", options.keep, ")");
}

std::string RunCheckpoints::last_good() const {
  return last_saved_ > 0 ? run_.folder.weights(last_saved_) : "none";
}

}  // namespace gan::training
