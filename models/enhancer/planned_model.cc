// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cmath>

#include "core/checkpoint/floats.h"
#include "models/assumed_options.h"
#include "models/enhancer/planned_network.h"
#include "models/machine/interruption.h"
#include "models/plans/plans.h"

namespace gan {
namespace {

std::unique_ptr<Options> options_of(const Contents& contents, const PlanEntry& entry) {
  auto options = entry.make_options();
  read_options(*options, contents.options, "network " + contents.network);
  return options;
}

bool is_planned(const Contents& contents) {
  const PlanEntry* const entry = find_plan(contents.network);
  try {
    return entry && entry->has_plan(*options_of(contents, *entry));
  } catch (const Error&) {  // loading will say what is wrong
    return true;
  }
}

// Checks every tensor that the plan asks for before any is read.
void check_tensors(const Contents& contents, const PlanEntry& entry, const Options& options) {
  struct Wanted {
    std::string name;
    std::vector<int64_t> shape;
  };
  std::vector<Wanted> wanted;
  entry.plan(options,
             [&](const std::string& name, const std::vector<int64_t>& shape) {
               wanted.push_back({name, shape});
               return std::vector<float>();
             },
             {});
  std::vector<std::string> names;
  for (const auto& [name, shape] : wanted) names.push_back(name);
  contents.check_names(names);
  uint64_t bytes = 0;
  for (const auto& [name, shape] : wanted) {
    const TensorEntry& tensor = *contents.find(name);
    check_floating(contents.tensors, tensor);
    check_shape(contents.tensors, tensor, shape);
    bytes += static_cast<uint64_t>(tensor.numel()) * sizeof(float);
  }
  check(bytes <= contents.memory(), ErrorKind::kWrongType, contents.tensors.source->name(),
        ": describes a network ", contents.network,
        " that takes more memory than its file could fill");
}

conv::Plan read_plan(const Contents& contents, const Code& code) {
  const PlanEntry& entry = *find_plan(contents.network);
  return entry.plan(
      *options_of(contents, entry),
      [&](const std::string& name, const std::vector<int64_t>&) {
        end_if_interrupted();
        return read_floats(contents.tensors, *contents.find(name));
      },
      code);
}

PlannedModel model_of(const Contents& contents) {
  const auto& file = contents.tensors.source->name();
  try {
    const PlanEntry& entry = *find_plan(contents.network);
    const auto options = options_of(contents, entry);
    PlannedModel model = {{},
                          contents.origin,
                          contents.network,
                          assumed_text(contents.assumed, *options),
                          entry.traits(*options),
                          {}};
    check_tensors(contents, entry, *options);
    model.plan = [contents](const Code& code) { return read_plan(contents, code); };
    return model;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kSettings) std::rethrow_exception(std::current_exception());
    fail(ErrorKind::kWrongType, file, ": ", error.what());
  }
}

bool is_finite(const PlannedModel& model) {
  const conv::Plan plan = model.plan({});
  const auto finite = [](const std::vector<float>& numbers) {
    return std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); });
  };
  return std::ranges::all_of(plan.layers, [&](const conv::Layer& layer) {
    return finite(layer.weight) && finite(layer.bias) && finite(layer.slopes);
  });
}

}  // namespace

std::optional<PlannedModel> planned_model(const TensorFile& file, const std::string& name) {
  const std::vector<Contents> candidates = contents_of(file);
  if (!std::ranges::all_of(candidates, is_planned)) return std::nullopt;
  PlannedModel model = candidates.size() == 1
                           ? model_of(candidates[0])
                           : *load_best(
                                 candidates,
                                 [](const Contents& contents) {
                                   return std::make_unique<PlannedModel>(model_of(contents));
                                 },
                                 is_finite);
  model.name = name;
  return model;
}

}  // namespace gan
