// SPDX-License-Identifier: LGPL-2.1-or-later
// Twenty steps of a recipe as one of several processes, for ranks_test: rank_steps FILE KEY=VALUE
// ...
//   recipe, data       as of gan-train run; other keys are options of the recipe
//   :weights=PREFIX    one process trains and keeps here what it has before each step; several
//   begin
//                      each step with that
//   :sgd=1             instead all take their own plain steps down the gradient
// What each step logged and its gradients go into FILE as tensors: step-N.log.NAME and
// step-N.gradient.OPTIMIZER.I; and the last weights, last.NETWORK.NAME.
#include <cstdio>

#include "core/checkpoint/tensor_file.h"
#include "core/error.h"
#include "models/checkpoint.h"
#include "training/recipes/recipe.h"
#include "training/run/loader.h"
#include "training/run/ranks.h"

namespace gan::training {
namespace {

constexpr int kSteps = 20;
constexpr double kRate = 0.01;

int run(const std::string& file, OptionValues values) {
  const auto take = [&](const char* key) {
    const std::string value = values[key];
    values.erase(key);
    return value;
  };
  const std::string name = take("recipe"), data = take("data"), kept = take(":weights");
  const bool sgd = !take(":sgd").empty();
  at::set_num_threads(1);
  Ranks ranks(place_from_environment(), {});
  RunState state(torch::kCPU);
  const auto recipe = find_recipe(name).make();
  read_options(recipe->options(), values, name);
  torch::manual_seed(7);
  recipe->prepare(state, data);
  const RecipeOptions& options = recipe->options();
  Loader loader(recipe->training_set(), {.batch = options.batch,
                                         .seed = 3,
                                         .workers = 1,
                                         .part = ranks.rank(),
                                         .parts = ranks.ranks()});
  TensorWriter results;
  std::vector<Batch> batches;
  const auto make_step = [&](int number, double rate) {
    state.set_lr_factor(rate);
    torch::manual_seed(static_cast<uint64_t>(number));
    Step step(number, state, batches, {});
    recipe->step(step);
    const auto logged = step.settle();
    recipe->stepped(logged);
    forget_autocast_weights();
    return logged;
  };
  for (int number = 1; number <= kSteps; ++number) {
    batches.clear();
    for (int i = 0; i < options.accumulate; ++i) batches.push_back(loader.next());
    const std::string weights = concat(kept, "-", number);
    if (!sgd && ranks.several()) state.load(weights);
    if (!sgd && !ranks.several()) state.save(weights, number, {});
    const auto before = state.snapshot();
    // A step that moves nothing; what Adam remembers of it is its gradients.
    for (const auto& optimizer : state.optimizer_names()) state.optimizer(optimizer).forget();
    for (const auto& [key, value] : make_step(number, 0))
      results.add(concat("step-", number, ".log.", key), torch::tensor({value}, torch::kDouble));
    for (const auto& optimizer : state.optimizer_names()) {
      torch::NoGradGuard no_grad;
      Adam& adam = state.optimizer(optimizer);
      for (size_t i = 0; i < adam.slots().size(); ++i) {
        const auto gradient = adam.slots()[i].mean;
        if (!gradient.defined()) continue;
        results.add(concat("step-", number, ".gradient.", optimizer, ".", i), gradient.clone());
        if (sgd) torch::Tensor(adam.parameters()[i]).add_(gradient, -kRate);
      }
    }
    if (sgd || ranks.several()) continue;
    state.restore(before);
    make_step(number, 1);
  }
  for (const auto& named : state.networks())
    for (const auto& [key, tensor] : state_dict(*named.network))
      results.add("last." + named.name + "." + key, tensor);
  if (ranks.first()) results.write(file, {});
  ranks.part();
  return 0;
}

}  // namespace
}  // namespace gan::training

int main(int argc, char** argv) {
  gan::OptionValues values;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    values[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  }
  try {
    return gan::training::run(argv[1], values);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rank_steps: %s\n", error.what());
    return 1;
  }
}
