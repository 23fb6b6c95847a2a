// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/record.h"

#include <utility>

#include "core/error.h"
#include "training/run/signals.h"

namespace gan::training {

RunLog::Facts facts_of(const RunRequest& request, Recipe& recipe, const RunState& state,
                       const RunCheckpoints::Circumstances& circumstances) {
  RunLog::Facts facts = {{"command", request.command}, {"recipe", request.recipe}};
  for (const auto& named : state.networks())
    facts.emplace_back("network " + named.name,
                       concat(named.table, ", ", parameter_count(*named.network), " parameters"));
  for (const auto& [key, value] : circumstances) facts.emplace_back(key.substr(4), value);
  for (const auto& [key, value] : write_options(recipe.options()))
    facts.emplace_back("option " + key, value);
  return facts;
}

RunRecord::RunRecord(const RunRequest& request, Recipe& recipe, RunState& state)
    : request_(request),
      recipe_(recipe),
      state_(state),
      folder_(run_folder_for(request), request.resume) {}

void RunRecord::begin(RunCheckpoints::Circumstances circumstances, std::optional<int64_t> resumed) {
  RunRequest later = request_;
  later.data = whole_path(request_.data);
  later.out.clear();
  later.minutes.reset();
  folder_.begin(request_.command, configuration_text(later, recipe_.options()));
  checkpoints_.emplace(RunParts{request_, recipe_, state_, folder_}, std::move(circumstances));
  if (resumed) checkpoints_->resume(*resumed, means_);
}

void RunRecord::open_log(int64_t step, const RunCheckpoints::Circumstances& circumstances) {
  log_.emplace(folder_, RunPlace{step, recipe_.options().steps, request_.minutes.value_or(0) * 60},
               request_.recipe, facts_of(request_, recipe_, state_, circumstances));
  for (const auto& note : state_.notes) log_->line(note);
}

template <class Function>
auto RunRecord::evaluated(const Function& function) {
  for (const auto& named : state_.networks()) named.network->eval();
  auto result = function();
  for (const auto& named : state_.networks()) named.network->train();
  return result;
}

void RunRecord::row(int64_t step, std::map<std::string, double> row, bool validates) {
  Values values;
  if (validates) values = evaluated([&] { return recipe_.validate(state_); });
  for (const auto& [name, value] : values) row["val_" + name] = value;
  log_->row(step, row);
  if (!validates) return;
  log_->samples(step, evaluated([&] { return recipe_.samples(state_); }), recipe_.words());
  if (step == 0) return;  // a look before the first step
  checkpoints_->save_if_best(step, values.at(0).second, means_);
}

void RunRecord::look(int64_t step) {
  const Look seen = evaluated([&] { return recipe_.look(state_); });
  std::map<std::string, double> row;
  for (const auto& [name, value] : seen.values) row["look_" + name] = value;
  log_->row(step, row);
  log_->samples(step, seen.grid, recipe_.words());
}

void RunRecord::finish(int64_t step, const std::string& why) {
  const RecipeOptions& options = recipe_.options();
  if (why.empty())
    return log_->line(
        step > options.steps
            ? concat("nothing to do: the run is at step ", step, ", beyond steps=", options.steps)
            : concat("done: ", folder_.file("checkpoints/latest.safetensors")));
  if (step == 0)
    return log_->line(why +
                      " before the first step, so there was nothing to save; "
                      "begin with the same command and --resume");
  save(step);
  log_->line(
      concat(why, " and saved at step ", step, "; go on with --resume --out ", folder_.path()));
  if (options.validate_every == 0 || step % options.validate_every == 0) return;
  log_->line(concat("validating on the held-out pictures",
                    Signals::stop_requested() ? "; Ctrl-C again leaves them out" : ""));
  row(step, {}, true);
}

}  // namespace gan::training
