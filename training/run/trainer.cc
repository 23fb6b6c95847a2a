// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/trainer.h"

#include <ATen/Context.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

#include "core/error.h"
#include "models/machine/device.h"
#include "models/machine/host_allocator.h"
#include "training/recipes/recipe.h"
#include "training/run/cost.h"
#include "training/run/precision.h"
#include "training/run/record.h"
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
  Run(const RunRequest& request, torch::Device device, Ranks& ranks)
      : request_(request),
        recipe_(find_recipe(request.recipe).make()),
        ranks_(ranks),
        device_(device),
        state_(device) {
    install_host_allocator();
    // The rest is the loaders'.
    limit_host_memory(available_host_memory() / 4 * 3 / ranks.place().local_ranks);
    set_threads_of_this_thread(request.threads.value_or(0) > 0 ? *request.threads
                                                               : threads_each(ranks.place()));
    if (device_.is_cuda()) at::globalContext().setBenchmarkCuDNN(true);
    read_options(recipe_->options(), request.settings, "recipe " + request.recipe);
    const int batch = recipe_->options().batch;
    check(batch % ranks.ranks() == 0, ErrorKind::kSettings, "batch=", batch,
          " cannot be divided among ", ranks.ranks(),
          " processes: it is the batch of all, and must be a multiple of their number");
    state_.holdout_given = request.holdout_given;
    if (precision_word() != "auto") training_precision(precision_word(), device_);
  }

  RunResult go() {
    try {
      return run();
    } catch (const Error& error) {
      const bool lost = ranks_.several() && error.kind() == ErrorKind::kUnavailable;
      if (ranks_.first() && (lost || error.kind() == ErrorKind::kNotFinite))
        fail(error.kind(), error.what(), "; the last good checkpoint is ",
             record_ ? record_->last_good() : "none");
      std::rethrow_exception(std::current_exception());
    }
  }

 private:
  RunResult run() {
    ranks_.busy(true);
    prepare();
    ranks_.busy(false);
    if (request_.dry_run) return try_steps();
    RecipeOptions& options = recipe_->options();
    if (record_) {
      record_->checkpoints().check_disk(step_);
      record_->open_log(resumed_ ? step_ : -1, circumstances());
    }
    loader_.emplace(recipe_->training_set(), loader_options());
    loader_->on_stall = [this](const std::string& text) { tell(text); };
    if (record_ && step_ == 0 && options.validate_every > 0)
      alone([&] { record_->row(step_, {}, true); });
    const auto begin = Clock::now();
    const double met = ranks_.met_seconds();
    while (step_ < options.steps && !stops()) advance();
    if (ranks_.several() && record_)
      tell(concat("of ", std::lround(seconds_since(begin)), " s ",
                  std::lround(100 * (ranks_.met_seconds() - met) / seconds_since(begin)),
                  "% went into what the processes exchanged, and waits for the slowest"));
    if (record_)
      alone([&] {
        record_->finish(step_, end_ == RunResult::kInterrupted ? "interrupted"
                               : end_ == RunResult::kTimeUp    ? "time is up"
                                                               : "");
      });
    ranks_.part();
    return end_;
  }
  std::string precision_word() const { return request_.precision.value_or("auto"); }

  // What only this process does while the others wait.
  template <class Function>
  void alone(const Function& function) {
    ranks_.busy(true);
    function();
    ranks_.busy(false);
  }

  // Whether a signal or the clock ends the run: decided by all together.
  bool stops() {
    const double limit = request_.minutes.value_or(0) * 60;
    const RunResult mine = Signals::stop_requested()                     ? RunResult::kInterrupted
                           : limit > 0 && seconds_since(start_) >= limit ? RunResult::kTimeUp
                                                                         : RunResult::kDone;
    end_ = static_cast<RunResult>(ranks_.most(static_cast<double>(mine)));
    return end_ != RunResult::kDone;
  }

  void tell(const std::string& text) {
    if (record_)
      record_->log().line(text);
    else
      std::fprintf(stderr, "rank %d: %s\n", ranks_.rank(), text.c_str());
  }

  void advance() {
    ++step_;
    const auto start = Clock::now();
    const auto values = train_step(*loader_);
    pace_.add(seconds_since(start));
    const RecipeOptions& options = recipe_->options();
    const bool saves = step_ == options.steps || step_ % options.save_every == 0;
    if (record_) alone([&] { record(values, saves); });
    if (saves) state_.share(ranks_);  // what a resumed run would go on with
  }

  // What follows a step.
  void record(const std::map<std::string, double>& values, bool saves) {
    RecipeOptions& options = recipe_->options();
    for (const auto& [name, value] : values) record_->means().add(name, value);
    record_->log().step(step_, loader_->waited_seconds());
    if (pace_.knows() && !std::exchange(told_, true))
      tell(cost_text(cost(pace_.step_seconds()), options));
    const bool last = step_ == options.steps;
    const bool validates =
        options.validate_every > 0 && (step_ % options.validate_every == 0 || last);
    if (step_ % options.log_every == 0 || validates) {
      auto row = record_->means().take();
      row["lr_factor"] = schedule_factor(options.schedule, step_, options.steps);
      record_->row(step_, std::move(row), validates);
    }
    if (pace_.look_is_due(options.look) && !validates && !last) record_->look(step_);
    if (Signals::take_save_request() || saves) record_->save(step_);
  }

  uint64_t step_seed() const {
    return mix(static_cast<uint64_t>(recipe_->options().seed), static_cast<uint64_t>(step_));
  }

  void prepare() {
    torch::manual_seed(step_seed());
    recipe_->prepare(state_, request_.data);
    check_frozen(recipe_->options().freeze, state_);
    const std::string& init = recipe_->options().init;
    const auto open_record = [&] { record_.emplace(request_, *recipe_, state_); };
    if (ranks_.first() && request_.resume) open_record();
    const auto found = latest_of_all();
    if (!found && !init.empty()) state_.start_from(recipe_->main_network(), init);
    choose_precision(found);
    if (request_.dry_run) return;
    if (ranks_.first() && !record_) open_record();
    if (record_) record_->begin(circumstances(), found);
    state_.share(ranks_);
    resumed_ = found.has_value();
    if (found) step_ = *found;
  }

  std::optional<int64_t> latest_of_all() {
    const auto latest = record_ ? record_->latest_state() : std::nullopt;
    const double step = ranks_.of_first(static_cast<double>(latest.value_or(-1)));
    return step < 0 ? std::nullopt : std::optional(static_cast<int64_t>(step));
  }

  // fp32 or bf16: as asked for, as before, or the faster of both.
  void choose_precision(const std::optional<int64_t>& resumed) {
    std::string word = precision_word();
    if (word == "auto" && resumed) {
      const bool bf16 = record_ && stored_precision(record_->state_file(*resumed)) == "bf16";
      word = ranks_.of_first(bf16) != 0 ? "bf16" : "fp32";
    }
    if (word == "auto") word = faster_precision();
    precision_ = training_precision(word, device_);
    state_.set_precision(precision_);
  }

  std::string faster_precision() {
    if (ranks_.most(device_.is_cpu() && !cpu_computes_bf16()) != 0) return "fp32";
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
    const StepCost cost = cost_of_steps(state_, ranks_, [&] { train_step(loader); });
    step_ = now;
    return cost;
  }

  LoaderOptions loader_options() const {
    const RecipeOptions& options = recipe_->options();
    return {.batch = options.batch,
            .seed = static_cast<uint64_t>(options.seed),
            .workers = options.workers,
            .first_step = step_ * options.accumulate + 1,
            .pinned = device_.is_cuda(),
            .part = ranks_.rank(),
            .parts = ranks_.ranks()};
  }

  RunCost cost(double step_seconds) const {
    return {step_seconds, step_, request_.minutes.value_or(0),
            folder_bytes(state_, recipe_->main_network(), recipe_->options())};
  }

  RunResult try_steps() {
    Loader loader(recipe_->training_set(), loader_options());
    std::vector<StepCost> costs;
    for (const int64_t first : stages_of(recipe_->options()))
      costs.push_back(cost_of(loader, first));
    if (!ranks_.first()) return RunResult::kDone;
    for (const auto& note : state_.notes) std::fprintf(stderr, "%s\n", note.c_str());
    std::printf("%s", configuration_text(request_, recipe_->options()).c_str());
    for (const auto& [name, value] : facts_of(request_, *recipe_, state_, circumstances()))
      if (!name.starts_with("option")) std::printf("# %s: %s\n", name.c_str(), value.c_str());
    std::printf("%s", dry_run_text(costs, cost(0), recipe_->options()).c_str());
    return RunResult::kDone;
  }

  RunCheckpoints::Circumstances circumstances() const {
    return circumstances_of(request_, {device_, precision_, ranks_.ranks()},
                            recipe_->training_set());
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
    const KeptBuffers kept(options.freeze, state_);
    recipe_->step(step);
    auto means = step.settle();
    recipe_->stepped(means);
    if (options.ema > 0) state_.update_averages(average_decay(options.ema, step_));
    return means;
  }

  const RunRequest& request_;
  std::unique_ptr<Recipe> recipe_;
  Ranks& ranks_;
  std::optional<RunRecord> record_;
  Clock::time_point start_ = Clock::now();
  torch::Device device_;
  torch::ScalarType precision_ = torch::kFloat;
  RunState state_;
  Pace pace_;
  std::optional<Loader> loader_;
  int64_t step_ = 0;
  RunResult end_ = RunResult::kDone;
  bool resumed_ = false, told_ = false;
};

}  // namespace

RunResult train(const RunRequest& request, torch::Device device, Ranks& ranks) {
  return Run(request, device, ranks).go();
}

}  // namespace gan::training
