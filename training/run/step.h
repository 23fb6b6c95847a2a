// SPDX-License-Identifier: LGPL-2.1-or-later
// One optimisation step of a recipe: its batches, the gradients, the optimizers, what is logged.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "training/run/loader.h"
#include "training/run/state.h"

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

// Gives buffers, such as a batch norm's statistics, the values back that they had when this was
// made.
class KeptBuffers {
 public:
  KeptBuffers() = default;
  // Those of frozen networks: none of their optimizers is applied.
  KeptBuffers(const std::string& freeze, const RunState& state);
  ~KeptBuffers();
  KeptBuffers(const KeptBuffers&) = delete;
  KeptBuffers& operator=(const KeptBuffers&) = delete;
  void keep(const Network& network);

 private:
  std::vector<std::pair<torch::Tensor, torch::Tensor>> kept_;  // the buffer, its copy
};

class Step {
 public:
  // batches: the micro-batches whose gradients are averaged, on the device already; of each this
  // process's part (models/blocks/batch_parts.h).
  Step(int64_t number, RunState& state, std::span<const Batch> batches, StepOptions options)
      : number_(number), state_(state), batches_(batches), options_(options) {}

  int64_t number() const { return number_; }  // from 1
  RunState& state() { return state_; }
  std::span<const Batch> batches() const { return batches_; }

  using Names = std::initializer_list<const char*>;
  // Adds the gradient of loss, divided by the number of batches, to the parameters of these
  // optimizers and to no others, so that a discriminator stays untouched when a generator learns
  // from it. Throws Error(kNotFinite) that names `what` when the loss is NaN or infinite; nothing
  // has been applied then. On a GPU, where looking at a number means waiting for it, settle()
  // throws instead.
  void backward(const torch::Tensor& loss, Names optimizers, const char* what,
                bool retain_graph = false);
  // Averages over all processes, clips, applies and clears the gradients of these optimizers.
  // Throws Error(kNotFinite) when one of them is NaN or infinite, before it changes a weight; on a
  // GPU settle() does.
  void apply(Names optimizers);

  // The usual: the loss of each batch, its gradients, one application. place: of the batch in
  // batches(), for what an earlier phase of the step has kept.
  using Loss = std::function<torch::Tensor(const Batch& batch, size_t place)>;
  void update(Names optimizers, const char* what, const Loss& loss);

  // {batch, size} of N(0, 1) for each batch, in their order: drawn for all samples of the step at
  // once, those of other processes too, so that the same samples get the same numbers however they
  // are divided.
  std::vector<torch::Tensor> normal(int64_t size) const;
  // The same of whole numbers 0 to count - 1: {batch} int64.
  std::vector<torch::Tensor> below(int64_t count) const;

  // For the log; of several batches the mean counts.
  void log(std::string name, const torch::Tensor& value) {
    values_.emplace_back(std::move(name), value.detach());
  }
  const StepValues& values() const { return values_; }
  // The means of what was logged, by all processes. The one place that waits for a GPU. Throws
  // Error(kNotFinite).
  std::map<std::string, double> settle() const;

 private:
  int64_t samples() const;
  std::vector<torch::Tensor> by_batch(const torch::Tensor& all) const;
  bool waits() const { return state_.device().is_cpu(); }
  // Throws Error(kNotFinite) that names the files of the batches.
  void check_finite(double value, const std::string& what) const;

  int64_t number_;
  RunState& state_;
  std::span<const Batch> batches_;
  StepOptions options_;
  StepValues values_;
  StepValues to_check_;  // on a GPU
};

// What one phase of a step generates and a later one needs once more with its gradients, of each
// batch. Of one batch the graph is kept between the phases; of several it is computed anew from the
// same random numbers, so that no graph outlives its batch.
class Generated {
 public:
  using Make = std::function<torch::Tensor(const Batch& batch, size_t place)>;
  // network: whose statistics must not count the second time.
  Generated(Step& step, const NamedNetwork& network, Make make)
      : step_(step), network_(network), make_(std::move(make)) {}

  torch::Tensor detached(size_t place);  // the first phase, batch by batch
  torch::Tensor attached(size_t place);  // the later one

 private:
  Step& step_;
  const NamedNetwork& network_;
  Make make_;
  torch::Tensor only_;                 // with its graph, where there is one batch
  std::vector<torch::Tensor> random_;  // states of the generator of random numbers
};

}  // namespace gan::training
