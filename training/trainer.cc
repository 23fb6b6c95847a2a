// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/trainer.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <set>

#include "core/error.h"
#include "models/device.h"
#include "models/host_allocator.h"
#include "training/autocast.h"
#include "training/recipe.h"
#include "training/run_checkpoints.h"
#include "training/run_log.h"
#include "training/signals.h"

namespace gan::training {
namespace {

// Where a recipe's stages begin, as its options tell; step 1 is one.
std::set<int64_t> stage_starts(Options& options) {
  const OptionValues values = write_options(options);
  const auto steps = [&](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? 0 : std::strtoll(found->second.c_str(), nullptr, 10);
  };
  const int64_t pretrained = steps("pretrain_steps");
  return {1, steps("freeze_steps") + 1, pretrained + 1, pretrained + steps("critic_steps") + 1};
}

// "data" by one name, however it was written.
std::string whole_path(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::weakly_canonical(path, error);
  return error ? path : whole.string();
}

class Run {
 public:
  explicit Run(const RunRequest& request)
      : request_(request),
        recipe_(find_recipe(request.recipe).make()),
        device_(device_from_name(request.device.value_or("auto"))),
        state_(device_) {
    install_host_allocator();
    limit_host_memory(available_host_memory() / 4 * 3);  // the rest is the loader's
    set_threads_of_this_thread(request.threads.value_or(0));
    precision_ = training_precision(request.precision.value_or("auto"));
    const auto holdout = [this] { return write_options(recipe_->options())["holdout"]; };
    const std::string usual = holdout();
    read_options(recipe_->options(), request.settings, "recipe " + request.recipe);
    state_.holdout_given = request.holdout_given || holdout() != usual;
  }

  RunResult go() {
    prepare();
    if (request_.dry_run) return try_steps();
    RecipeOptions& options = recipe_->options();
    checkpoints_->check_disk(step_);
    log_.emplace(*folder_, RunPlace{resumed_ ? step_ : -1, options.steps}, request_.recipe,
                 facts());
    for (const auto& note : state_.notes) log_->line(note);
    Loader loader(recipe_->training_set(), loader_options());
    loader.on_stall = [this](const std::string& text) { log_->line(text); };
    if (step_ == 0 && options.validate_every > 0) log({}, true);
    const double limit = request_.minutes.value_or(0);
    const auto stops = [&] {
      return Signals::stop_requested() || (limit > 0 && minutes() >= limit);
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
      if (last || step_ % options.save_every == 0 || Signals::take_save_request())
        checkpoints_->save(step_, means_);
    }
    return finish(stopped);
  }

 private:
  RunResult finish(bool stopped) {
    const int64_t steps = recipe_->options().steps;
    if (!stopped) {
      if (step_ > steps)
        log_->line(concat("nothing to do: the run is at step ", step_, ", beyond steps=", steps));
      else
        log_->line(concat("done: ", folder_->file("checkpoints/latest.safetensors")));
      return RunResult::kDone;
    }
    const char* const why = Signals::stop_requested() ? "interrupted" : "time is up";
    if (step_ > 0) checkpoints_->save(step_, means_);
    log_->line(step_ > 0 ? concat(why, " and saved at step ", step_,
                                  "; go on with the same command and --resume")
                         : concat(why,
                                  " before the first step, so there was nothing to save; "
                                  "begin with the same command and --resume"));
    return Signals::stop_requested() ? RunResult::kInterrupted : RunResult::kTimeUp;
  }

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
    folder_.emplace(run_folder_for(request_), request_.resume);
    folder_->begin(request_.command);
    checkpoints_.emplace(RunParts{request_, *recipe_, state_, *folder_}, circumstances());
    const auto found = folder_->latest_state();
    if (!found) return;
    checkpoints_->resume(*found, means_);
    step_ = *found;
    resumed_ = true;
  }

  LoaderOptions loader_options() const {
    const RecipeOptions& options = recipe_->options();
    return {options.batch, static_cast<uint64_t>(options.seed), options.workers,
            step_ * options.accumulate + 1};
  }

  double minutes() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() / 60;
  }

  // What the report and the dry run tell about the run.
  RunLog::Facts facts() const {
    RunLog::Facts facts = {{"command", request_.command}, {"recipe", request_.recipe}};
    for (const auto& named : state_.networks())
      facts.emplace_back("network " + named.name,
                         concat(named.table, ", ", parameter_count(*named.network), " parameters"));
    for (const auto& [key, value] : circumstances()) facts.emplace_back(key.substr(4), value);
    for (const auto& [key, value] : write_options(recipe_->options()))
      facts.emplace_back("option " + key, value);
    return facts;
  }

  RunResult try_steps() {
    for (const auto& note : state_.notes) std::fprintf(stderr, "%s\n", note.c_str());
    Loader loader(recipe_->training_set(), loader_options());
    std::string costs;
    for (const int64_t first : stage_starts(recipe_->options())) {
      if (first > recipe_->options().steps) continue;
      step_ = first;
      reset_host_memory_peak();
      const double before = minutes();
      train_step(loader);
      char cost[128];
      std::snprintf(cost, sizeof cost, "# one step%s: %.2f s, %zu MiB of host memory\n",
                    first == 1 ? "" : concat(" from step ", first, " on").c_str(),
                    (minutes() - before) * 60, host_memory().peak >> 20);
      costs += cost;
    }
    std::printf("%s", configuration_text(request_, recipe_->options()).c_str());
    for (const auto& [name, value] : facts())
      if (!name.starts_with("option")) std::printf("# %s: %s\n", name.c_str(), value.c_str());
    std::printf("%s# a checkpoint: %llu MiB\n", costs.c_str(),
                static_cast<unsigned long long>(state_.checkpoint_bytes() >> 20));
    return RunResult::kDone;
  }

  // What must be equal for a resumed run to be bit for bit the same.
  std::map<std::string, std::string> circumstances() const {
    return {{"gan.threads", std::to_string(at::get_num_threads())},
            {"gan.device", device_.str()},
            {"gan.precision", precision_name(precision_)},
            {"gan.libtorch", TORCH_VERSION},
            {"gan.data", whole_path(request_.data)},
            {"gan.samples an epoch", std::to_string(recipe_->training_set().size())}};
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
      const FrozenBuffers kept(options.freeze, state_);
      const Autocast autocast(device_, precision_);
      recipe_->step(step);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotFinite) fail(error.kind(), error.what());
      fail(ErrorKind::kNotFinite, error.what(), "; the last good checkpoint is ",
           checkpoints_ ? checkpoints_->last_good() : "none");
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
    checkpoints_->save_if_best(step_, values.at(0).second, means_);
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
  std::optional<RunCheckpoints> checkpoints_;
  int64_t step_ = 0;
  bool resumed_ = false;
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
