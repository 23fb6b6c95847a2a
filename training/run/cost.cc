// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/cost.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/error.h"
#include "training/meters/progress.h"

namespace gan::training {
namespace {

constexpr double kLong = 2 * 3600;  // seconds

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string size_text(uint64_t bytes) {
  constexpr double kGiB = 1 << 30;
  return bytes < (1u << 30) ? concat((bytes >> 20) + 1, " MiB")
                            : short_number(static_cast<double>(bytes) / kGiB) + " GiB";
}

}  // namespace

std::vector<int64_t> stages_of(RecipeOptions& options) {
  const OptionValues values = write_options(options);
  const auto steps = [&](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? 0 : std::strtoll(found->second.c_str(), nullptr, 10);
  };
  const int64_t pretrained = steps("pretrain_steps");
  const std::set<int64_t> starts = {1, steps("freeze_steps") + 1, pretrained + 1,
                                    pretrained + steps("critic_steps") + 1};
  std::vector<int64_t> stages;
  for (const int64_t start : starts)
    if (start <= options.steps) stages.push_back(start);
  return stages;
}

int64_t longest_stage(RecipeOptions& options) {
  auto stages = stages_of(options);
  stages.push_back(int64_t{options.steps} + 1);
  size_t longest = 0;
  for (size_t i = 0; i + 1 < stages.size(); ++i)
    if (stages[i + 1] - stages[i] > stages[longest + 1] - stages[longest]) longest = i;
  return stages[longest];
}

std::string PrecisionCosts::text() const {
  return concat("note: precision ", faster(), ": a step takes ", short_number(fp32),
                " s in fp32 and ", short_number(bf16), " s in bf16, which is chosen from ",
                kBf16Gain, " times as fast on");
}

uint64_t folder_bytes(const RunState& state, const std::string& main_network,
                      const RecipeOptions& options) {
  // Two states while the newer is written, and best beside what is kept.
  return 2 * state.state_bytes() +
         state.weights_bytes(main_network) * static_cast<uint64_t>(options.keep + 1);
}

std::string cost_text(const RunCost& cost, const RecipeOptions& options) {
  const double seconds =
      cost.step_seconds * static_cast<double>(std::max<int64_t>(options.steps - cost.done, 0));
  std::string text =
      concat("a step takes ", short_number(cost.step_seconds), " s, ",
             cost.done > 0 ? "the remaining " : "all ",
             std::max<int64_t>(options.steps - cost.done, 0), " steps ", duration_text(seconds));
  if (cost.minutes > 0 && cost.minutes * 60 < seconds)
    text += concat(", --minutes ", short_number(cost.minutes), " about ",
                   static_cast<int64_t>(cost.minutes * 60 / cost.step_seconds), " of them");
  if (options.look > 0)
    text += concat("; first look after ", duration_text(std::max(options.look, cost.step_seconds)),
                   " of training");
  text += concat("; folder up to ", size_text(cost.bytes));
  if (seconds > kLong && cost.minutes == 0 && options.size != "small")
    text += "; --set size=small gives a result within the hour";
  return text;
}

std::string dry_run_text(const std::vector<StepCost>& costs, RunCost whole,
                         RecipeOptions& options) {
  auto stages = stages_of(options);
  stages.push_back(int64_t{options.steps} + 1);
  std::string text;
  double seconds = 0;
  for (size_t i = 0; i < costs.size(); ++i) {
    seconds += costs[i].seconds * static_cast<double>(stages[i + 1] - stages[i]);
    text += concat("# a warm step", i ? concat(" from step ", stages[i], " on") : "", ": ",
                   short_number(costs[i].seconds), " s, ", costs[i].peak_bytes >> 20,
                   " MiB of host memory\n");
  }
  whole.step_seconds = seconds / options.steps;
  return text + "# " + cost_text(whole, options) + "\n";
}

void Pace::add(double step_seconds) {
  if (steps_++ > 0) warm_seconds_ += step_seconds;
  seconds_ += step_seconds;
}

bool Pace::look_is_due(double first) {
  if (first <= 0) return false;
  if (next_look_ == 0) next_look_ = first;
  if (seconds_ < next_look_) return false;
  while (next_look_ <= seconds_) next_look_ *= 2;
  return true;
}

}  // namespace gan::training
