// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/state.h"

#include <algorithm>

#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/table.h"
#include "training/run/ranks.h"

namespace gan::training {
namespace {

std::string slot_name(const std::string& optimizer, size_t parameter, const char* what) {
  return concat("optimizer.", optimizer, ".", parameter, ".", what);
}

void save_adam(TensorWriter& writer, const NamedOptimizer& named) {
  const auto& slots = named.optimizer->slots();
  for (size_t i = 0; i < slots.size(); ++i) {
    if (!slots[i].mean.defined()) continue;  // no step taken yet
    writer.add(slot_name(named.name, i, "step"), torch::tensor(slots[i].steps));
    writer.add(slot_name(named.name, i, "exp_avg"), slots[i].mean);
    writer.add(slot_name(named.name, i, "exp_avg_sq"), slots[i].square);
  }
}

void load_adam(const TensorFile& file, NamedOptimizer& named) {
  auto& slots = named.optimizer->slots();
  for (size_t i = 0; i < slots.size(); ++i) {
    const TensorEntry* step = file.find(slot_name(named.name, i, "step"));
    if (!step) continue;
    const auto moment = [&](const char* what) {
      const TensorEntry* entry = file.find(slot_name(named.name, i, what));
      check(entry, ErrorKind::kWrongType, file.source->name(), ": lacks ",
            slot_name(named.name, i, what));
      auto tensor = torch::zeros_like(named.optimizer->parameters()[i]);  // keeps channels_last
      read_tensor(file, *entry, tensor);
      return tensor;
    };
    slots[i] = {read_tensor(file, *step).item<int64_t>(), moment("exp_avg"), moment("exp_avg_sq")};
  }
}

void load_module(const TensorFile& file, const std::string& prefix, const Network& network) {
  for (auto& [key, tensor] : state_dict(network)) {
    const TensorEntry* entry = file.find(prefix + key);
    check(entry, ErrorKind::kWrongType, file.source->name(), ": lacks \"", prefix + key,
          "\": the state of another recipe or of other network options");
    read_tensor(file, *entry, tensor);
  }
}

// Weights and buffers of all networks and averages, in an order of their own.
std::vector<torch::Tensor> all_weights(const std::vector<NamedNetwork>& networks) {
  std::vector<torch::Tensor> all;
  for (const auto& named : networks)
    for (const Network* network : {named.network.get(), named.average.get()})
      if (network)
        for (const auto& [key, tensor] : state_dict(*network)) all.push_back(tensor);
  return all;
}

void copy_weights(const Network& from, const Network& to) {
  const auto source = state_dict(from), target = state_dict(to);
  for (size_t i = 0; i < source.size(); ++i) target[i].second.copy_(source[i].second);
}

}  // namespace

std::vector<torch::Tensor> joined(std::vector<torch::Tensor> a,
                                  const std::vector<torch::Tensor>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Network& RunState::add_network(std::string name, std::string table,
                               std::unique_ptr<Options> options, bool averaged) {
  const TableEntry& entry = find_network(table);
  NamedNetwork named{std::move(name), std::move(table), std::move(options),
                     nullptr,         nullptr,          device_};
  const auto place = [&](std::shared_ptr<Network> network) {
    network->to(device_);
    to_channels_last(*network);
    return network;
  };
  named.network = place(entry.create(*named.options));
  if (averaged) {
    named.average = place(entry.create(*named.options));
    named.average->eval();
    for (auto& parameter : named.average->parameters()) parameter.set_requires_grad(false);
  }
  networks_.push_back(std::move(named));
  if (averaged) update_averages(0);
  return *networks_.back().network;
}

void RunState::set_precision(torch::ScalarType precision) {
  for (auto& named : networks_) named.precision = precision;
}

Adam& RunState::add_optimizer(std::string name, std::vector<torch::Tensor> parameters,
                              const AdamSettings& settings) {
  optimizers_.push_back(
      {std::move(name), std::make_unique<Adam>(std::move(parameters), settings), settings.lr});
  return *optimizers_.back().optimizer;
}

torch::Tensor& RunState::add_tensor(std::string name, torch::Tensor initial) {
  return tensors_[std::move(name)] = std::move(initial);
}

NamedNetwork& RunState::network(std::string_view name) {
  for (auto& named : networks_)
    if (named.name == name) return named;
  fail(ErrorKind::kFailed, "the recipe has no network \"", name, "\"");
}

Adam& RunState::optimizer(std::string_view name) {
  for (auto& named : optimizers_)
    if (named.name == name) return *named.optimizer;
  fail(ErrorKind::kFailed, "the recipe has no optimizer \"", name, "\"");
}

std::vector<std::string> RunState::optimizer_names() const {
  std::vector<std::string> names;
  for (const auto& named : optimizers_) names.push_back(named.name);
  return names;
}

std::vector<std::string> RunState::optimizers_of(const Network& network) const {
  const auto weights = network.parameters();
  std::vector<std::string> names;
  for (const auto& named : optimizers_)
    if (std::ranges::any_of(named.optimizer->parameters(), [&](const auto& moved) {
          return std::ranges::any_of(weights, [&](const auto& one) { return one.is_same(moved); });
        }))
      names.push_back(named.name);
  return names;
}

void RunState::set_lr_factor(double factor) {
  for (auto& named : optimizers_) named.optimizer->lr = named.base_lr * factor;
}

void RunState::scale_lr(std::string_view name, double factor) { optimizer(name).lr *= factor; }

void RunState::update_averages(double decay) {
  torch::NoGradGuard no_grad;
  for (auto& named : networks_) {
    if (!named.average) continue;
    if (decay == 0) {
      copy_weights(*named.network, *named.average);
      continue;
    }
    const auto to = named.average->parameters(), from = named.network->parameters();
    at::_foreach_add_(to, at::_foreach_sub(from, to), 1 - decay);  // what is equal stays so
    const auto to_buffers = named.average->buffers(), from_buffers = named.network->buffers();
    for (size_t i = 0; i < from_buffers.size(); ++i) to_buffers[i].copy_(from_buffers[i]);
  }
}

void RunState::start_from_average(std::string_view role) {
  torch::NoGradGuard no_grad;
  const NamedNetwork& named = network(role);
  if (named.average) copy_weights(*named.average, *named.network);
}

void RunState::start_from(std::string_view role, const std::string& checkpoint) {
  const NamedNetwork& named = network(role);
  const LoadedNetwork loaded = load_network(open_model(checkpoint));
  check(loaded.name == named.table, ErrorKind::kSettings, checkpoint, ": init wants a ",
        named.table, ", the file holds a ", loaded.name);
  const auto anew = copy_fitting_weights(*loaded.network, *named.network);
  const size_t all = state_dict(*named.network).size();
  check(2 * anew.size() < all, ErrorKind::kSettings, checkpoint, ": init wants a ", named.table,
        " with ", options_to_json(*named.options), ", of which it holds ", all - anew.size(),
        " of ", all, " tensors");
  std::string names;
  for (const auto& name : anew) names += " " + name;
  if (!anew.empty())
    notes.push_back(concat("note: ", checkpoint, " does not fit: anew start", names));
  update_averages(0);
}

RunState::Snapshot RunState::snapshot() const {
  Snapshot kept;
  for (const auto& tensor : all_weights(networks_)) kept.weights.push_back(tensor.detach().clone());
  for (const auto& named : optimizers_) {
    auto slots = named.optimizer->slots();
    for (auto& slot : slots)
      if (slot.mean.defined()) slot = {slot.steps, slot.mean.clone(), slot.square.clone()};
    kept.optimizers.push_back(std::move(slots));
  }
  for (const auto& [name, tensor] : tensors_) kept.tensors[name] = tensor.clone();
  return kept;
}

void RunState::restore(const Snapshot& snapshot) {
  torch::NoGradGuard no_grad;
  const auto weights = all_weights(networks_);
  for (size_t i = 0; i < weights.size(); ++i) weights[i].copy_(snapshot.weights[i]);
  for (size_t i = 0; i < optimizers_.size(); ++i) {
    auto& slots = optimizers_[i].optimizer->slots();
    slots = snapshot.optimizers[i];
    for (auto& slot : slots)
      if (slot.mean.defined()) slot = {slot.steps, slot.mean.clone(), slot.square.clone()};
  }
  for (const auto& [name, tensor] : snapshot.tensors) tensors_.at(name) = tensor.clone();
  forget_autocast_weights();
}

void RunState::share(Ranks& ranks) {
  if (!ranks.several()) return;
  torch::NoGradGuard no_grad;
  for (auto& tensor : all_weights(networks_)) ranks.broadcast(tensor);
  for (auto& named : optimizers_)
    for (size_t i = 0; i < named.optimizer->slots().size(); ++i) {
      Adam::Slot& slot = named.optimizer->slots()[i];
      slot.steps = static_cast<int64_t>(ranks.of_first(static_cast<double>(slot.steps)));
      for (torch::Tensor* moment : {&slot.mean, &slot.square}) {
        if (slot.steps == 0 || !moment->defined())
          *moment = slot.steps == 0 ? torch::Tensor()
                                    : torch::zeros_like(named.optimizer->parameters()[i]);
        if (slot.steps > 0) ranks.broadcast(*moment);
      }
    }
  for (auto& [name, tensor] : tensors_) {
    const auto axes = static_cast<int64_t>(ranks.of_first(static_cast<double>(tensor.dim())));
    std::vector<int64_t> sizes;
    for (int64_t axis = 0; axis < axes; ++axis)
      sizes.push_back(static_cast<int64_t>(
          ranks.of_first(axis < tensor.dim() ? static_cast<double>(tensor.size(axis)) : 0)));
    if (tensor.sizes() != at::IntArrayRef(sizes)) tensor = torch::zeros(sizes, tensor.options());
    ranks.broadcast(tensor);
  }
  forget_autocast_weights();
}

uint64_t RunState::state_bytes() const {
  uint64_t bytes = 0;
  for (const auto& tensor : all_weights(networks_)) bytes += tensor.nbytes();
  for (const auto& named : optimizers_)
    for (const auto& parameter : named.optimizer->parameters()) bytes += 2 * parameter.nbytes();
  for (const auto& [name, tensor] : tensors_) bytes += tensor.nbytes();
  return bytes;
}

uint64_t RunState::weights_bytes(const std::string& name) const {
  uint64_t bytes = 0;
  for (const auto& named : networks_)
    if (named.name == name)
      for (const auto& [key, tensor] : state_dict(*named.network)) bytes += tensor.nbytes();
  return bytes;
}

void RunState::save(const std::string& path, int64_t step,
                    std::map<std::string, std::string> extra) const {
  TensorWriter writer;
  for (const auto& named : networks_) {
    for (const auto& [key, tensor] : state_dict(*named.network))
      writer.add("network." + named.name + "." + key, tensor);
    if (named.average)
      for (const auto& [key, tensor] : state_dict(*named.average))
        writer.add("average." + named.name + "." + key, tensor);
  }
  for (const auto& named : optimizers_) save_adam(writer, named);
  for (const auto& [name, tensor] : tensors_) writer.add("tensor." + name, tensor);
  extra["gan.state"] = "1";
  extra["gan.step"] = std::to_string(step);
  writer.write(path, extra);
}

std::map<std::string, std::string> RunState::load(const std::string& path) {
  const TensorFile file = open_tensor_file(path);
  check(file.metadata.contains("gan.state") && file.metadata.contains("gan.step"),
        ErrorKind::kWrongType, path,
        ": holds weights only, so training cannot resume from it; start a new run from its weights "
        "with --set init=",
        path);
  for (const auto& named : networks_) {
    load_module(file, "network." + named.name + ".", *named.network);
    if (named.average) load_module(file, "average." + named.name + ".", *named.average);
  }
  for (auto& named : optimizers_) load_adam(file, named);
  for (auto& [name, tensor] : tensors_) {
    const TensorEntry* entry = file.find("tensor." + name);
    check(entry, ErrorKind::kWrongType, path, ": lacks tensor.", name);
    tensor = read_tensor(file, *entry).to(tensor.device());
  }
  return file.metadata;
}

}  // namespace gan::training
