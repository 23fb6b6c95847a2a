// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/trainer.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "core/error.h"
#include "models/checkpoint.h"
#include "models/device.h"
#include "models/host_allocator.h"
#include "training/autocast.h"
#include "training/recipe.h"
#include "training/run_folder.h"
#include "training/run_log.h"
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
        device_(device_from_name(request.device)),
        state_(device_) {
    install_host_allocator();
    limit_host_memory(available_host_memory() / 4 * 3);  // the rest is the loader's
    set_threads_of_this_thread(request.threads);
    precision_ = training_precision(request.precision);
    read_options(recipe_->options(), request.settings, "recipe " + request.recipe);
  }

  RunResult go() {
    prepare();
    if (request_.dry_run) return try_one_step();
    RecipeOptions& options = recipe_->options();
    check_disk();
    log_.emplace(*folder_, RunPlace{resumed_ ? step_ : -1, options.steps}, request_.recipe,
                 facts());
    for (const auto& note : state_.notes) log_->line(note);
    Loader loader(recipe_->training_set(), loader_options());
    loader.on_stall = [this](const std::string& text) { log_->line(text); };
    if (step_ == 0 && options.validate_every > 0) log({}, true);
    const auto stops = [&] {
      return Signals::stop_requested() || (request_.minutes > 0 && minutes() >= request_.minutes);
    };
    bool stopped = false;
    while (step_ < options.steps && !(stopped = stops())) {
      ++step_;
      train_step(loader);
      log_->step(step_, loader.waited_seconds());
      const bool last = step_ == options.steps;
      const bool validates =
          options.validate_every > 0 && (step_ % options.validate_every == 0 || last);
      if (step_ % options.log_every == 0 || validates) {
        auto row = means_.take();
        row["lr_factor"] = schedule_factor(options.schedule, step_, options.steps);
        log(std::move(row), validates);
      }
      if (last || step_ % options.save_every == 0 || Signals::take_save_request()) save();
    }
    if (stopped) save();
    const bool done = step_ == options.steps;
    log_->line(done ? concat("done: ", folder_->file("checkpoints/latest.safetensors"))
                    : concat(Signals::stop_requested() ? "interrupted" : "time is up",
                             " and saved at step ", step_,
                             "; go on with the same command and --resume"));
    return done                        ? RunResult::kDone
           : Signals::stop_requested() ? RunResult::kInterrupted
                                       : RunResult::kTimeUp;
  }

 private:
  uint64_t step_seed() const {
    return mix(static_cast<uint64_t>(recipe_->options().seed), static_cast<uint64_t>(step_));
  }

  void prepare() {
    torch::manual_seed(step_seed());
    recipe_->prepare(state_, request_.data);
    check_frozen(recipe_->options().freeze, state_);
    if (!recipe_->options().init.empty())
      state_.start_from(recipe_->main_network(), recipe_->options().init);
    if (request_.dry_run) return;
    folder_.emplace(run_folder_for(request_));
    const auto found = folder_->latest_state();
    check(!found || request_.resume, ErrorKind::kSettings, folder_->path(),
          ": holds a run already; go on with --resume or choose another folder");
    if (found) resume(*found);
  }

  LoaderOptions loader_options() const {
    const RecipeOptions& options = recipe_->options();
    return {options.batch, static_cast<uint64_t>(options.seed), options.workers,
            step_ * options.accumulate + 1};
  }

  double minutes() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() / 60;
  }

  void check_disk() const {
    std::error_code error;
    const auto space = std::filesystem::space(folder_->path(), error);
    const uint64_t wanted =
        state_.checkpoint_bytes() * static_cast<uint64_t>(recipe_->options().keep + 2);
    check(error || space.available >= wanted, ErrorKind::kUnreadable, folder_->path(), ": ",
          space.available >> 20, " MiB are free, its checkpoints may take ", wanted >> 20,
          " MiB (keep=", recipe_->options().keep, ")");
  }

  // What the report and the dry run tell about the run.
  RunLog::Facts facts() const {
    RunLog::Facts facts = {{"command", request_.command},
                           {"recipe", request_.recipe},
                           {"data", request_.data},
                           {"samples an epoch", std::to_string(recipe_->training_set().size())}};
    for (const auto& named : state_.networks())
      facts.emplace_back("network " + named.name,
                         concat(named.table, ", ", parameter_count(*named.network), " parameters"));
    for (const auto& [key, value] : circumstances()) facts.emplace_back(key.substr(4), value);
    for (const auto& [key, value] : write_options(recipe_->options()))
      facts.emplace_back("option " + key, value);
    return facts;
  }

  RunResult try_one_step() {
    for (const auto& note : state_.notes) std::fprintf(stderr, "%s\n", note.c_str());
    reset_host_memory_peak();
    Loader loader(recipe_->training_set(), loader_options());
    step_ = 1;
    const double before = minutes();
    train_step(loader);
    std::printf("%s", configuration_text(request_, recipe_->options()).c_str());
    for (const auto& [name, value] : facts())
      if (!name.starts_with("option")) std::printf("# %s: %s\n", name.c_str(), value.c_str());
    std::printf("# one step: %.2f s, %zu MiB of host memory; a checkpoint: %llu MiB\n",
                (minutes() - before) * 60, host_memory().peak >> 20,
                static_cast<unsigned long long>(state_.checkpoint_bytes() >> 20));
    return RunResult::kDone;
  }

  void resume(int64_t step) {
    const auto metadata = state_.load(folder_->state(step));
    const auto stored = [&](const char* key) {
      const auto found = metadata.find(key);
      return found == metadata.end() ? std::string() : found->second;
    };
    check(stored("gan.recipe") == request_.recipe, ErrorKind::kSettings, folder_->path(),
          ": is a run of recipe ", stored("gan.recipe"), ", not of ", request_.recipe);
    const OptionValues before =
        options_from_json(stored("gan.recipe_options"), folder_->state(step));
    for (const auto& [key, value] : write_options(recipe_->options())) {
      const auto found = before.find(key);
      if (found == before.end() || found->second == value) continue;
      check(may_change(key), ErrorKind::kSettings, folder_->path(), ": was started with ", key, "=",
            found->second, ", cannot go on with ", key, "=", value);
    }
    for (const auto& [key, now] : circumstances())
      if (stored(key.c_str()) != now)
        state_.notes.push_back(concat("note: ", key.substr(4), " was ", stored(key.c_str()),
                                      ", is ", now, ": the run goes on, but not bit for bit"));
    means_.restore(stored("gan.means"));
    best_ = std::strtod(stored("gan.best").c_str(), nullptr);
    has_best_ = !stored("gan.best").empty();
    step_ = step;
    state_.notes.insert(state_.notes.begin(), concat("resuming after step ", step));
    resumed_ = true;
    if (!std::filesystem::exists(folder_->weights(step))) save_weights();  // killed between the two
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
           last_saved_ ? folder_->weights(last_saved_) : "none");
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

  // Writes the row, with the values of the held-out data and samples when it validates, and keeps
  // the checkpoint when none before was better.
  void log(std::map<std::string, double> row, bool validates) {
    Values values;
    if (validates) values = evaluated([&] { return recipe_->validate(state_); });
    for (const auto& [name, value] : values) row["val_" + name] = value;
    log_->row(step_, row);
    if (!validates) return;
    log_->samples(step_, evaluated([&] { return recipe_->samples(state_); }));
    if (step_ == 0) return;  // a look before the first step
    const double first = values.at(0).second;
    const bool better = !has_best_ || (recipe_->larger_is_better() ? first > best_ : first < best_);
    has_best_ = true;
    if (!better) return;
    best_ = first;
    save();
    folder_->point("best", step_);
  }

  // State first, weights second, latest third: a kill between any two leaves a run that resumes.
  void save() {
    if (last_saved_ == step_) return;
    auto extra = circumstances();
    extra["gan.recipe"] = request_.recipe;
    extra["gan.recipe_options"] = options_to_json(recipe_->options());
    extra["gan.means"] = means_.text();
    if (has_best_) extra["gan.best"] = concat(std::setprecision(17), best_);
    state_.save(folder_->state(step_), step_, extra);
    save_weights();
    last_saved_ = step_;
    folder_->prune(recipe_->options().keep);
  }

  void save_weights() {
    const NamedNetwork& main = state_.network(recipe_->main_network());
    std::map<std::string, std::string> metadata = {
        {"gan.recipe", request_.recipe},
        {"gan.recipe_options", options_to_json(recipe_->options())},
        {"gan.data", request_.data},
        {"gan.step", std::to_string(step_)},
        {"gan.command", request_.command},
        {"gan.averaged", main.average ? "true" : "false"},
        {"gan.licence", recipe_->options().licence},
        {"gan.provenance", recipe_->options().provenance},
        {"gan.libtorch", TORCH_VERSION}};
    save_network(folder_->weights(step_), main.best(), main.table, *main.options, metadata);
    folder_->point("latest", step_);
  }

  const RunRequest& request_;
  std::unique_ptr<Recipe> recipe_;
  std::optional<RunFolder> folder_;
  std::optional<RunLog> log_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  torch::Device device_;
  torch::ScalarType precision_ = torch::kFloat;
  RunState state_;
  Means means_;
  int64_t step_ = 0, last_saved_ = 0;
  double best_ = 0;
  bool has_best_ = false, resumed_ = false;
};

}  // namespace

RunResult train(const RunRequest& request) {
  const char* const world = std::getenv("WORLD_SIZE");
  check(!world || std::atoi(world) <= 1, ErrorKind::kSettings, "WORLD_SIZE is ", world ? world : "",
        ": runs of several processes are not supported yet");
  const Signals signals;
  return Run(request).go();
}

}  // namespace gan::training
