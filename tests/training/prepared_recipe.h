// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/training/gan_train.h"
#include "training/recipes/recipe.h"

namespace gan::training {

// A recipe with these options on pictures, without a trainer.
struct PreparedRecipe {
  PreparedRecipe(const char* name, const OptionValues& values, const std::string& data)
      : state(torch::kCPU), recipe(find_recipe(name).make()) {
    read_options(recipe->options(), values, name);
    torch::manual_seed(7);
    recipe->prepare(state, data);
  }
  // What step `number` logs.
  std::map<std::string, double> step(int64_t number, const std::vector<Batch>& batches) {
    state.set_lr_factor(1);
    Step one(number, state, batches, {});
    recipe->step(one);
    auto values = one.settle();
    recipe->stepped(values);
    return values;
  }
  torch::Tensor run(const char* role, const torch::Tensor& picture) {
    return state.network(role).network->run({picture, {}, {}});
  }
  RunState state;
  std::unique_ptr<Recipe> recipe;
};

inline Batch random_batch(int64_t count, int64_t side) {
  Batch batch;
  batch.input = torch::rand({count, 3, side, side});
  batch.target = torch::rand({count, 3, side, side});
  return batch;
}

}  // namespace gan::training
