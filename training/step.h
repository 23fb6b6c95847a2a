// SPDX-License-Identifier: LGPL-2.1-or-later
// One optimisation step of a recipe: its batches, the gradients, the optimizers, what is logged.
#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "training/loader.h"
#include "training/run_state.h"

namespace gan::training {

// Named numbers of one step, such as {"loss", ...}; scalars still on the device.
using StepValues = std::vector<std::pair<std::string, torch::Tensor>>;

struct StepOptions {
  // Names of optimizers that are not applied, joined by commas; "d" stops d_a and d_b too.
  std::string freeze;
  double clip = 0;  // largest norm of an optimizer's whole gradient, 0: none
};

// Throws Error(kSettings) for a name in `freeze` that stops no optimizer of the run.
void check_frozen(const std::string& freeze, const RunState& state);

// Gives the buffers of frozen networks, such as a batch norm's statistics, the values back that
// they had when this was made. A network is frozen when none of its optimizers is applied.
class FrozenBuffers {
 public:
  FrozenBuffers(const std::string& freeze, const RunState& state);
  ~FrozenBuffers();
  FrozenBuffers(const FrozenBuffers&) = delete;
  FrozenBuffers& operator=(const FrozenBuffers&) = delete;

 private:
  std::vector<std::pair<torch::Tensor, torch::Tensor>> kept_;  // the buffer, its copy
};

class Step {
 public:
  // batches: the micro-batches whose gradients are averaged, on the device already.
  Step(int64_t number, RunState& state, std::span<const Batch> batches, StepOptions options)
      : number_(number), state_(state), batches_(batches), options_(options) {}

  int64_t number() const { return number_; }  // from 1
  RunState& state() { return state_; }
  std::span<const Batch> batches() const { return batches_; }

  using Names = std::initializer_list<const char*>;
  // Adds the gradient of loss, divided by the number of batches, to the parameters of these
  // optimizers and to no others, so that a discriminator stays untouched when a generator learns
  // from it. Throws Error(kNotFinite) that names `what` when the loss is NaN or infinite; nothing
  // has been applied then.
  void backward(const torch::Tensor& loss, Names optimizers, const char* what,
                bool retain_graph = false);
  // Clips, applies and clears the gradients of these optimizers. Throws Error(kNotFinite) when one
  // of them is NaN or infinite, before it changes a weight.
  void apply(Names optimizers);

  // The usual: the loss of each batch, its gradients, one application. place: of the batch in
  // batches(), for what an earlier phase of the step has kept.
  using Loss = std::function<torch::Tensor(const Batch& batch, size_t place)>;
  void update(Names optimizers, const char* what, const Loss& loss);

  // For the log; of several batches the mean counts.
  void log(std::string name, const torch::Tensor& value) {
    values_.emplace_back(std::move(name), value.detach());
  }
  const StepValues& values() const { return values_; }

 private:
  // Throws Error(kNotFinite) that names the files of the batches.
  void check_finite(double value, const std::string& what) const;

  int64_t number_;
  RunState& state_;
  std::span<const Batch> batches_;
  StepOptions options_;
  StepValues values_;
};

}  // namespace gan::training
