// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/trainer.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/json.h"
#include "models/checkpoint.h"
#include "models/device.h"
#include "models/host_allocator.h"
#include "training/autocast.h"
#include "training/meters/metrics_csv.h"
#include "training/meters/progress.h"
#include "training/recipe.h"
#include "training/run_folder.h"
#include "training/signals.h"

namespace gan::training {
namespace {

// Options that may differ between a run and its resumption.
bool may_change(const std::string& option) {
  for (const char* name : {"steps", "workers", "log_every", "validate_every", "save_every", "keep"})
    if (option == name) return true;
  return false;
}

class Run {
 public:
  explicit Run(const RunRequest& request)
      : request_(request),
        recipe_(find_recipe(request.recipe).make()),
        folder_(request.out),
        device_(device_from_name(request.device)),
        state_(device_) {
    install_host_allocator();
    set_threads_of_this_thread(request.threads);
    precision_ = training_precision(request.precision, device_);
    read_options(recipe_->options(), request.settings, "recipe " + request.recipe);
  }

  RunResult go() {
    prepare();
    RecipeOptions& options = recipe_->options();
    Loader loader(recipe_->training_set(), {options.batch, static_cast<uint64_t>(options.seed),
                                            options.workers, step_ * options.accumulate + 1});
    Progress progress(folder_.file("log.txt"), step_ + 1, options.steps);
    for (const auto& note : notes_) progress.line(note);
    while (step_ < options.steps && !Signals::stop_requested()) {
      ++step_;
      train_step(loader);
      progress.step(step_);
      const bool last = step_ == options.steps || Signals::stop_requested();
      const bool validates = options.validate_every > 0 &&
                             (step_ % options.validate_every == 0 || step_ == options.steps);
      if (step_ % options.log_every == 0 || validates) log(progress, validates);
      if (last || step_ % options.save_every == 0 || Signals::take_save_request()) save();
    }
    const bool done = step_ == options.steps;
    progress.line(done ? concat("done: ", folder_.file("checkpoints/latest.safetensors"))
                       : concat("interrupted and saved at step ", step_,
                                "; go on with the same command and --resume"));
    return done ? RunResult::kDone : RunResult::kInterrupted;
  }

 private:
  uint64_t step_seed() const {
    return mix(static_cast<uint64_t>(recipe_->options().seed), static_cast<uint64_t>(step_));
  }

  void prepare() {
    torch::manual_seed(step_seed());
    recipe_->prepare(state_, request_.data);
    if (!recipe_->options().init.empty()) start_from(recipe_->options().init);
    const auto found = folder_.latest_state();
    check(!found || request_.resume, ErrorKind::kSettings, request_.out,
          ": holds a run already; go on with --resume or choose another folder");
    if (found) resume(*found);
    csv_.emplace(folder_.file("metrics.csv"), step_);
  }

  // Fine-tuning: the weights of another checkpoint of the same network.
  void start_from(const std::string& path) {
    const NamedNetwork& main = state_.network(recipe_->main_network());
    const LoadedNetwork loaded = load_network(open_tensor_file(path));
    const OptionValues wanted = write_options(*main.options);
    OptionValues given = write_options(*main.options);
    for (const auto& [key, value] : loaded.options) given[key] = value;
    check(loaded.name == main.table && given == wanted, ErrorKind::kSettings, path,
          ": init wants a ", main.table, " with ", options_to_json(*main.options),
          ", the file holds a ", loaded.name);
    torch::NoGradGuard no_grad;
    const auto from = state_dict(*loaded.network), to = state_dict(*main.network);
    for (size_t i = 0; i < from.size(); ++i) to[i].second.copy_(from[i].second);
    state_.update_averages(0);
  }

  void resume(int64_t step) {
    const auto metadata = state_.load(folder_.state(step));
    const auto stored = [&](const char* key) {
      const auto found = metadata.find(key);
      return found == metadata.end() ? std::string() : found->second;
    };
    check(stored("gan.recipe") == request_.recipe, ErrorKind::kSettings, request_.out,
          ": is a run of recipe ", stored("gan.recipe"), ", not of ", request_.recipe);
    const OptionValues before =
        options_from_json(stored("gan.recipe_options"), folder_.state(step));
    for (const auto& [key, value] : write_options(recipe_->options())) {
      const auto found = before.find(key);
      if (found == before.end() || found->second == value) continue;
      check(may_change(key), ErrorKind::kSettings, request_.out, ": was started with ", key, "=",
            found->second, ", cannot go on with ", key, "=", value);
    }
    for (const auto& [key, now] : circumstances())
      if (stored(key.c_str()) != now)
        notes_.push_back(concat("note: ", key.substr(4), " was ", stored(key.c_str()), ", is ", now,
                                ": the run goes on, but not bit for bit"));
    means_.restore(stored("gan.means"));
    best_ = std::strtod(stored("gan.best").c_str(), nullptr);
    has_best_ = !stored("gan.best").empty();
    step_ = step;
    notes_.insert(notes_.begin(), concat("resuming after step ", step));
    if (!std::filesystem::exists(folder_.weights(step))) save_weights();  // killed between the two
  }

  // What must be equal for a resumed run to be bit for bit the same.
  std::map<std::string, std::string> circumstances() const {
    return {{"gan.threads", std::to_string(at::get_num_threads())},
            {"gan.device", device_.str()},
            {"gan.precision", precision_name(precision_)},
            {"gan.libtorch", TORCH_VERSION}};
  }

  void train_step(Loader& loader) {
    torch::manual_seed(step_seed());
    RecipeOptions& options = recipe_->options();
    state_.set_lr_factor(schedule_factor(options.schedule, step_, options.steps));
    std::vector<Batch> batches;
    for (int i = 0; i < options.accumulate; ++i) {
      batches.push_back(loader.next());
      for (torch::Tensor* t :
           {&batches.back().input, &batches.back().target, &batches.back().label})
        if (t->defined()) *t = t->to(device_);
    }
    Step step(step_, state_, batches, {options.freeze, options.clip});
    try {
      const Autocast autocast(device_, precision_);
      recipe_->step(step);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotFinite) fail(error.kind(), error.what());
      fail(ErrorKind::kNotFinite, error.what(), "; the last good checkpoint is ",
           last_saved_ ? folder_.weights(last_saved_) : "none");
    }
    if (options.ema > 0) state_.update_averages(options.ema);
    for (const auto& [name, tensor] : step.values()) means_.add(name, tensor.item<double>());
  }

  template <class Function>
  auto evaluated(const Function& function) {
    for (const auto& named : state_.networks()) named.network->eval();
    auto result = function();
    for (const auto& named : state_.networks()) named.network->train();
    return result;
  }

  void log(Progress& progress, bool validates) {
    auto row = means_.take();
    row["lr_factor"] =
        schedule_factor(recipe_->options().schedule, step_, recipe_->options().steps);
    std::string text = concat("step ", step_, "  ", progress.speed());
    if (validates) {
      const auto values = evaluated([&] { return recipe_->validate(state_); });
      for (const auto& [name, value] : values) row["val_" + name] = value;
      const double first = values.at(0).second;
      is_best_ = !has_best_ || (recipe_->larger_is_better() ? first > best_ : first < best_);
      if (is_best_) best_ = values.at(0).second;
      has_best_ = true;
      write_image(folder_.sample(step_),
                  evaluated([&] { return recipe_->samples(state_); }).view());
    }
    for (const auto& [name, value] : row) {
      char number[32];
      std::snprintf(number, sizeof number, "%.5g", value);
      text += concat("  ", name, " ", number);
    }
    csv_->write(step_, row);
    progress.line(text);
    if (is_best_) {
      save();
      folder_.point("best", step_);
      is_best_ = false;
    }
  }

  // State first, weights second, latest third: a kill between any two leaves a run that resumes.
  void save() {
    if (last_saved_ == step_) return;
    auto extra = circumstances();
    extra["gan.recipe"] = request_.recipe;
    extra["gan.recipe_options"] = options_to_json(recipe_->options());
    extra["gan.means"] = means_.text();
    if (has_best_) extra["gan.best"] = concat(std::setprecision(17), best_);
    state_.save(folder_.state(step_), step_, extra);
    save_weights();
    last_saved_ = step_;
    folder_.prune(recipe_->options().keep);
  }

  void save_weights() {
    const NamedNetwork& main = state_.network(recipe_->main_network());
    std::map<std::string, std::string> metadata = {
        {"gan.recipe", request_.recipe},
        {"gan.recipe_options", options_to_json(recipe_->options())},
        {"gan.step", std::to_string(step_)},
        {"gan.command", request_.command},
        {"gan.averaged", main.average ? "true" : "false"},
        {"gan.licence", recipe_->options().licence},
        {"gan.provenance", recipe_->options().provenance},
        {"gan.libtorch", TORCH_VERSION}};
    save_network(folder_.weights(step_), main.average ? *main.average : *main.network, main.table,
                 *main.options, metadata);
    folder_.point("latest", step_);
  }

  const RunRequest& request_;
  std::unique_ptr<Recipe> recipe_;
  RunFolder folder_;
  torch::Device device_;
  torch::ScalarType precision_ = torch::kFloat;
  RunState state_;
  std::optional<MetricsCsv> csv_;
  Means means_;
  std::vector<std::string> notes_;
  int64_t step_ = 0, last_saved_ = 0;
  double best_ = 0;
  bool has_best_ = false, is_best_ = false;
};

}  // namespace

RunResult train(const RunRequest& request) {
  const Signals signals;
  return Run(request).go();
}

}  // namespace gan::training
