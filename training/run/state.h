// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything that a run must remember to go on bit for bit: networks, their averages, optimizers,
// loose tensors (running means, image pools) and counters. Random numbers and the place in the data
// need no remembering: both are functions of the seed and the step.
#pragma once

#include <torch/torch.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/network.h"
#include "training/run/adam.h"
#include "training/run/precision.h"

namespace gan::training {

class Ranks;

struct NamedNetwork {
  std::string name;   // its role in the recipe: "g", "d", "g_ab", ...
  std::string table;  // its line in models/table
  std::unique_ptr<Options> options;
  std::shared_ptr<Network> network;
  std::shared_ptr<Network> average;  // exponential moving average; null when not wanted
  torch::Device device = torch::kCPU;
  torch::ScalarType precision = torch::kFloat;

  Network& best() const { return average ? *average : *network; }  // what is judged and kept
  // What one of the network's functions gives, computed in the run's precision.
  template <class Function>
  auto mixed(const Function& function) const {
    const Autocast autocast(device, precision);
    return function();
  }
  // The network in training, in the run's precision; the result is never bf16.
  torch::Tensor run(const NetworkInput& input) const {
    const auto result = mixed([&] { return network->run(input); });
    return result.scalar_type() == torch::kBFloat16 ? result.to(torch::kFloat) : result;
  }
};

struct NamedOptimizer {
  std::string name;
  std::unique_ptr<Adam> optimizer;
  double base_lr = 0;
};

// Two lists of parameters as one, for an optimizer of two networks.
std::vector<torch::Tensor> joined(std::vector<torch::Tensor> a,
                                  const std::vector<torch::Tensor>& b);

class RunState {
 public:
  explicit RunState(torch::Device device) : device_(device) {}
  torch::Device device() const { return device_; }
  void set_precision(torch::ScalarType precision);  // of all networks, float at first

  // Creates the network `table` with `options` on the device in channels_last.
  Network& add_network(std::string name, std::string table, std::unique_ptr<Options> options,
                       bool averaged = false);
  Adam& add_optimizer(std::string name, std::vector<torch::Tensor> parameters,
                      const AdamSettings& settings);
  // What the user should know before the first step, such as files that were left out.
  std::vector<std::string> notes;
  // The user himself said how many pictures are held out.
  bool holdout_given = false;

  // A tensor that belongs to the recipe; its size may change between saves, its device stays.
  torch::Tensor& add_tensor(std::string name, torch::Tensor initial);

  NamedNetwork& network(std::string_view name);
  Adam& optimizer(std::string_view name);
  std::vector<std::string> optimizer_names() const;
  std::vector<std::string> optimizers_of(const Network& network) const;  // that move its weights
  const std::vector<NamedNetwork>& networks() const { return networks_; }

  void set_lr_factor(double factor);                         // of every optimizer's base rate
  void scale_lr(std::string_view optimizer, double factor);  // of its present rate
  // average = decay * average + (1 - decay) * network for parameters; buffers are copied.
  void update_averages(double decay);
  // A network takes over the weights of its average.
  void start_from_average(std::string_view role);

  // Fine-tuning: gives a network the weights of a checkpoint of the same network, also a built-in
  // one ("builtin:NAME"). Where its options are others, such as the scale, the tensors that fit; a
  // note names the others. Throws Error(kSettings) when less than half do.
  void start_from(std::string_view role, const std::string& checkpoint);

  uint64_t state_bytes() const;                              // of the file that save() writes
  uint64_t weights_bytes(const std::string& network) const;  // of a file of its weights

  // Copies of all that steps change.
  struct Snapshot {
    std::vector<torch::Tensor> weights;  // of networks and averages, with buffers
    std::vector<std::vector<Adam::Slot>> optimizers;
    std::map<std::string, torch::Tensor> tensors;
  };
  Snapshot snapshot() const;
  void restore(const Snapshot& snapshot);

  // Everything that steps change becomes what it is in the first process.
  void share(Ranks& ranks);

  // `step` and `extra` go into the file's metadata. Atomic.
  void save(const std::string& path, int64_t step, std::map<std::string, std::string> extra) const;
  // Restores what save() wrote into the same set of networks, optimizers and tensors; returns the
  // metadata. Throws Error(kWrongType) when the file belongs to another recipe or options.
  std::map<std::string, std::string> load(const std::string& path);

 private:
  torch::Device device_;
  std::vector<NamedNetwork> networks_;
  std::vector<NamedOptimizer> optimizers_;
  std::map<std::string, torch::Tensor> tensors_;
};

}  // namespace gan::training
