// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/trainer.h"

#include <ATen/Context.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>

#include "core/error.h"
#include "models/machine/device.h"
#include "models/machine/host_allocator.h"
#include "training/recipes/recipe.h"
#include "training/run/checkpoints.h"
#include "training/run/cost.h"
#include "training/run/log.h"
#include "training/run/precision.h"
#include "training/run/signals.h"
#include "training/run/trial.h"

namespace gan::training {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
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
    if (device_.is_cuda()) at::globalContext().setBenchmarkCuDNN(true);
    read_options(recipe_->options(), request.settings, "recipe " + request.recipe);
    state_.holdout_given = request.holdout_given;
    if (precision_word() != "auto") training_precision(precision_word(), device_);
  }

  RunResult go() {
    prepare();
    if (request_.dry_run) return try_steps();
    RecipeOptions& options = recipe_->options();
    checkpoints_->check_disk(step_);
    log_.emplace(*folder_, RunPlace{resumed_ ? step_ : -1, options.steps}, request_.recipe,
                 facts());
    for (const auto& note : state_.notes) log_->line(note);
    loader_.emplace(recipe_->training_set(), loader_options());
    loader_->on_stall = [this](const std::string& text) { log_->line(text); };
    if (step_ == 0 && options.validate_every > 0) log({}, true);
    const double limit = request_.minutes.value_or(0) * 60;
    const auto stops = [&] {
      return Signals::stop_requested() || (limit > 0 && seconds_since(start_) >= limit);
    };
    bool stopped = false;
    while (step_ < options.steps && !(stopped = stops())) advance();
    return finish(stopped);
  }

 private:
  std::string precision_word() const { return request_.precision.value_or("auto"); }

  // One step and what follows it.
  void advance() {
    RecipeOptions& options = recipe_->options();
    ++step_;
    const auto start = Clock::now();
    for (const auto& [name, value] : train_step(*loader_)) means_.add(name, value);
    pace_.add(seconds_since(start));
    log_->step(step_, loader_->waited_seconds());
    if (pace_.knows() && !std::exchange(told_, true))
      log_->line(cost_text(cost(pace_.step_seconds()), options));
    const bool last = step_ == options.steps;
    const bool validates =
        options.validate_every > 0 && (step_ % options.validate_every == 0 || last);
    if (step_ % options.log_every == 0 || validates) {
      auto row = means_.take();
      row["lr_factor"] = schedule_factor(options.schedule, step_, options.steps);
      log(std::move(row), validates);
    }
    if (pace_.look_is_due(options.look) && !validates && !last) look();
    if (last || step_ % options.save_every == 0 || Signals::take_save_request())
      checkpoints_->save(step_, means_);
  }

  RunResult finish(bool stopped) {
    const RecipeOptions& options = recipe_->options();
    if (!stopped) {
      log_->line(step_ > options.steps
                     ? concat("nothing to do: the run is at step ", step_,
                              ", beyond steps=", options.steps)
                     : concat("done: ", folder_->file("checkpoints/latest.safetensors")));
      return RunResult::kDone;
    }
    const bool interrupted = Signals::stop_requested();
    const char* const why = interrupted ? "interrupted" : "time is up";
    if (step_ > 0) checkpoints_->save(step_, means_);
    log_->line(step_ > 0 ? concat(why, " and saved at step ", step_, "; go on with --resume --out ",
                                  folder_->path())
                         : concat(why,
                                  " before the first step, so there was nothing to save; "
                                  "begin with the same command and --resume"));
    if (step_ > 0 && options.validate_every > 0 && step_ % options.validate_every != 0) {
      log_->line(
          concat("the held-out pictures", interrupted ? "; Ctrl-C again leaves them out" : ""));
      log({}, true);
    }
    return interrupted ? RunResult::kInterrupted : RunResult::kTimeUp;
  }

  uint64_t step_seed() const {
    return mix(static_cast<uint64_t>(recipe_->options().seed), static_cast<uint64_t>(step_));
  }

  void prepare() {
    torch::manual_seed(step_seed());
    recipe_->prepare(state_, request_.data);
    check_frozen(recipe_->options().freeze, state_);
    const std::string& init = recipe_->options().init;
    if (request_.resume) folder_.emplace(run_folder_for(request_), true);
    const auto found = folder_ ? folder_->latest_state() : std::nullopt;
    if (!found && !init.empty()) state_.start_from(recipe_->main_network(), init);
    choose_precision(found);
    if (request_.dry_run) return;
    if (!folder_) folder_.emplace(run_folder_for(request_), false);
    RunRequest later = request_;
    later.data = whole_path(request_.data);
    later.out.clear();
    later.minutes.reset();
    folder_->begin(request_.command, configuration_text(later, recipe_->options()));
    checkpoints_.emplace(RunParts{request_, *recipe_, state_, *folder_}, circumstances());
    if (!found) return;
    checkpoints_->resume(*found, means_);
    step_ = *found;
    resumed_ = true;
  }

  // fp32 or bf16: as asked for, as before, or the faster of both.
  void choose_precision(const std::optional<int64_t>& resumed) {
    std::string word = precision_word();
    if (word == "auto" && resumed) word = stored_precision(folder_->state(*resumed));
    if (word == "auto") word = faster_precision();
    precision_ = training_precision(word, device_);
    state_.set_precision(precision_);
  }

  std::string faster_precision() {
    if (device_.is_cpu() && !cpu_computes_bf16()) return "fp32";
    Loader loader(recipe_->training_set(), loader_options());
    const int64_t stage = longest_stage(recipe_->options());
    const auto seconds = [&](torch::ScalarType precision) {
      state_.set_precision(precision);
      return cost_of(loader, stage).seconds;
    };
    const PrecisionCosts costs{seconds(torch::kFloat), seconds(torch::kBFloat16)};
    state_.notes.push_back(costs.text());
    return costs.faster();
  }

  // Of step `first`, done without a trace. Takes batches from the loader, which is not the run's.
  StepCost cost_of(Loader& loader, int64_t first) {
    const int64_t now = step_;
    step_ = first;
    const StepCost cost = cost_of_steps(state_, [&] { train_step(loader); });
    step_ = now;
    return cost;
  }

  LoaderOptions loader_options() const {
    const RecipeOptions& options = recipe_->options();
    return {options.batch, static_cast<uint64_t>(options.seed), options.workers,
            step_ * options.accumulate + 1, device_.is_cuda()};
  }

  RunCost cost(double step_seconds) const {
    return {step_seconds, step_, request_.minutes.value_or(0),
            folder_bytes(state_, recipe_->main_network(), recipe_->options())};
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
    std::vector<StepCost> costs;
    for (const int64_t first : stages_of(recipe_->options()))
      costs.push_back(cost_of(loader, first));
    std::printf("%s", configuration_text(request_, recipe_->options()).c_str());
    for (const auto& [name, value] : facts())
      if (!name.starts_with("option")) std::printf("# %s: %s\n", name.c_str(), value.c_str());
    std::printf("%s", dry_run_text(costs, cost(0), recipe_->options()).c_str());
    return RunResult::kDone;
  }

  RunCheckpoints::Circumstances circumstances() const {
    return circumstances_of(request_, {device_, precision_}, recipe_->training_set());
  }

  // What it logs.
  std::map<std::string, double> train_step(Loader& loader) {
    torch::manual_seed(step_seed());
    RecipeOptions& options = recipe_->options();
    state_.set_lr_factor(schedule_factor(options.schedule, step_, options.steps));
    std::vector<Batch> batches;
    for (int i = 0; i < options.accumulate; ++i) {
      batches.push_back(loader.next());
      for (torch::Tensor* t :
           {&batches.back().input, &batches.back().target, &batches.back().label})
        if (t->defined()) *t = t->to(device_, /*non_blocking=*/true);
    }
    Step step(step_, state_, batches, {options.freeze, options.clip});
    std::map<std::string, double> means;
    try {
      const KeptBuffers kept(options.freeze, state_);
      recipe_->step(step);
      means = step.settle();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotFinite) fail(error.kind(), error.what());
      fail(ErrorKind::kNotFinite, error.what(), "; the last good checkpoint is ",
           checkpoints_ ? checkpoints_->last_good() : "none");
    }
    recipe_->stepped(means);
    if (options.ema > 0) state_.update_averages(average_decay(options.ema, step_));
    return means;
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
    log_->samples(step_, evaluated([&] { return recipe_->samples(state_); }), recipe_->words());
    if (step_ == 0) return;  // a look before the first step
    checkpoints_->save_if_best(step_, values.at(0).second, means_);
  }

  // What there is to see so far, in columns of its own, by the clock: nothing else depends on it.
  void look() {
    const Look seen = evaluated([&] { return recipe_->look(state_); });
    std::map<std::string, double> row;
    for (const auto& [name, value] : seen.values) row["look_" + name] = value;
    log_->row(step_, row);
    log_->samples(step_, seen.grid, recipe_->words());
  }

  const RunRequest& request_;
  std::unique_ptr<Recipe> recipe_;
  std::optional<RunFolder> folder_;
  std::optional<RunLog> log_;
  Clock::time_point start_ = Clock::now();
  torch::Device device_;
  torch::ScalarType precision_ = torch::kFloat;
  RunState state_;
  Means means_;
  Pace pace_;
  std::optional<Loader> loader_;
  std::optional<RunCheckpoints> checkpoints_;
  int64_t step_ = 0;
  bool resumed_ = false, told_ = false;
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
