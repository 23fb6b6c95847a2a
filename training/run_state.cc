// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run_state.h"

#include <algorithm>
#include <type_traits>

#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/table.h"

namespace gan::training {
namespace {

using torch::optim::AdamParamState;

// LibTorch 1.13 keys an optimizer's state by text, newer ones by pointer.
template <class Map>
auto state_key(const torch::Tensor& parameter) {
  void* const address = parameter.unsafeGetTensorImpl();
  if constexpr (std::is_same_v<typename Map::key_type, std::string>)
    return concat(address);  // as c10::guts::to_string writes it
  else
    return address;
}

AdamParamState* find_state(torch::optim::Adam& adam, const torch::Tensor& parameter) {
  auto& states = adam.state();
  const auto found = states.find(state_key<std::decay_t<decltype(states)>>(parameter));
  return found == states.end() ? nullptr : static_cast<AdamParamState*>(found->second.get());
}

std::string slot(const std::string& optimizer, size_t parameter, const char* what) {
  return concat("optimizer.", optimizer, ".", parameter, ".", what);
}

void save_adam(TensorWriter& writer, const NamedOptimizer& named) {
  const auto& parameters = named.optimizer->param_groups()[0].params();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const AdamParamState* state = find_state(*named.optimizer, parameters[i]);
    if (!state) continue;  // no step taken yet
    writer.add(slot(named.name, i, "step"), torch::tensor(state->step()));
    writer.add(slot(named.name, i, "exp_avg"), state->exp_avg());
    writer.add(slot(named.name, i, "exp_avg_sq"), state->exp_avg_sq());
  }
}

void load_adam(const TensorFile& file, NamedOptimizer& named) {
  auto& states = named.optimizer->state();
  const auto& parameters = named.optimizer->param_groups()[0].params();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const TensorEntry* step = file.find(slot(named.name, i, "step"));
    if (!step) continue;
    auto state = std::make_unique<AdamParamState>();
    state->step(read_tensor(file, *step).item<int64_t>());
    const auto moment = [&](const char* what) {
      const TensorEntry* entry = file.find(slot(named.name, i, what));
      check(entry, ErrorKind::kWrongType, file.source->name(), ": lacks ",
            slot(named.name, i, what));
      auto tensor = torch::zeros_like(parameters[i]);  // keeps channels_last
      read_tensor(file, *entry, tensor);
      return tensor;
    };
    state->exp_avg(moment("exp_avg"));
    state->exp_avg_sq(moment("exp_avg_sq"));
    states[state_key<std::decay_t<decltype(states)>>(parameters[i])] = std::move(state);
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

torch::optim::AdamOptions& adam_options(torch::optim::Adam& adam) {
  return static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options());
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
  NamedNetwork named{std::move(name), std::move(table), std::move(options), nullptr, nullptr};
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

torch::optim::Adam& RunState::add_optimizer(std::string name, std::vector<torch::Tensor> parameters,
                                            const AdamSettings& settings) {
  auto options = torch::optim::AdamOptions(settings.lr)
                     .betas({settings.beta1, settings.beta2})
                     .eps(settings.eps)
                     .weight_decay(settings.weight_decay);
  optimizers_.push_back({std::move(name),
                         std::make_unique<torch::optim::Adam>(std::move(parameters), options),
                         settings.lr});
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

torch::optim::Adam& RunState::optimizer(std::string_view name) {
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
    if (std::ranges::any_of(named.optimizer->param_groups()[0].params(), [&](const auto& moved) {
          return std::ranges::any_of(weights, [&](const auto& one) { return one.is_same(moved); });
        }))
      names.push_back(named.name);
  return names;
}

void RunState::set_lr_factor(double factor) {
  for (auto& named : optimizers_) adam_options(*named.optimizer).lr(named.base_lr * factor);
}

void RunState::scale_lr(std::string_view name, double factor) {
  auto& options = adam_options(optimizer(name));
  options.lr(options.lr() * factor);
}

void RunState::update_averages(double decay) {
  torch::NoGradGuard no_grad;
  for (auto& named : networks_) {
    if (!named.average) continue;
    const auto from = named.network->parameters(), to = named.average->parameters();
    for (size_t i = 0; i < from.size(); ++i) to[i].lerp_(from[i], 1 - decay);
    const auto from_buffers = named.network->buffers(), to_buffers = named.average->buffers();
    for (size_t i = 0; i < from_buffers.size(); ++i) to_buffers[i].copy_(from_buffers[i]);
  }
}

void RunState::start_from(std::string_view role, const std::string& checkpoint) {
  const NamedNetwork& named = network(role);
  const LoadedNetwork loaded = load_network(open_model(checkpoint));
  const OptionValues wanted = write_options(*named.options);
  OptionValues given = wanted;
  for (const auto& [key, value] : loaded.options) given[key] = value;
  check(loaded.name == named.table && given == wanted, ErrorKind::kSettings, checkpoint,
        ": init wants a ", named.table, " with ", options_to_json(*named.options),
        ", the file holds a ", loaded.name);
  torch::NoGradGuard no_grad;
  const auto from = state_dict(*loaded.network), to = state_dict(*named.network);
  for (size_t i = 0; i < from.size(); ++i) to[i].second.copy_(from[i].second);
  update_averages(0);
}

uint64_t RunState::checkpoint_bytes() const {
  uint64_t bytes = 0;
  for (const auto& named : networks_)
    for (const auto& [key, tensor] : state_dict(*named.network))
      bytes += tensor.nbytes() * (named.average ? 5 : 4);  // weights, two moments, what is kept
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
    tensor = read_tensor(file, *entry).to(device_);
  }
  return file.metadata;
}

}  // namespace gan::training
