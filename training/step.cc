// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/step.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/error.h"

namespace gan::training {
namespace {

// freeze=g stops the optimizers g and g_..., as freeze=d stops d_a and d_b.
bool is_frozen(const std::string& list, const std::string& name) {
  for (size_t end = name.size(); end != std::string::npos && end > 0;
       end = name.rfind('_', end - 1))
    if (concat(",", list, ",").find(concat(",", name.substr(0, end), ",")) != std::string::npos)
      return true;
  return false;
}

bool all_finite(const std::vector<torch::Tensor>& parameters) {
  return std::ranges::all_of(parameters, [](const torch::Tensor& parameter) {
    return !parameter.grad().defined() || at::isfinite(parameter.grad()).all().item<bool>();
  });
}

// The norm of all gradients as one vector; NaN or infinite when one of them is.
double gradient_norm(const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> gradients;
  for (const auto& parameter : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  if (gradients.empty()) return 0;
  torch::NoGradGuard no_grad;
  return at::stack(at::_foreach_norm(gradients)).norm().item<double>();
}

// Undefined, not 0: a network that a phase leaves alone must not move by its momentum.
void forget_gradients(torch::optim::Adam& optimizer) {
  for (auto& parameter : optimizer.param_groups()[0].params())
    parameter.mutable_grad() = torch::Tensor();
}

}  // namespace

void check_frozen(const std::string& list, const RunState& state) {
  std::string known;
  for (const auto& name : state.optimizer_names()) known += (known.empty() ? "" : ", ") + name;
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');)
    check(std::ranges::any_of(state.optimizer_names(),
                              [&](const auto& name) { return is_frozen(word, name); }),
          ErrorKind::kSettings, "freeze=", list, ": there is no optimizer \"", word,
          "\"; there are ", known);
}

FrozenBuffers::FrozenBuffers(const std::string& freeze, const RunState& state) {
  if (freeze.empty()) return;
  for (const auto& named : state.networks()) {
    bool learns = false, stopped = false;
    for (const auto& optimizer : state.optimizers_of(*named.network))
      (is_frozen(freeze, optimizer) ? stopped : learns) = true;
    if (!stopped || learns) continue;
    for (const auto& buffer : named.network->buffers()) kept_.emplace_back(buffer, buffer.clone());
  }
}

FrozenBuffers::~FrozenBuffers() {
  torch::NoGradGuard no_grad;
  for (auto& [buffer, copy] : kept_) buffer.copy_(copy);
}

void Step::backward(const torch::Tensor& loss, Names optimizers, const char* what,
                    bool retain_graph) {
  const double value = loss.item<double>();
  check_finite(value, what);
  std::vector<torch::Tensor> inputs;
  for (const char* name : optimizers)
    for (const auto& parameter : state_.optimizer(name).param_groups()[0].params())
      if (parameter.requires_grad()) inputs.push_back(parameter);
  const auto share = loss / static_cast<double>(batches_.size());
  share.backward({}, retain_graph, false, inputs);
  log(what, loss);
}

void Step::check_finite(double value, const std::string& what) const {
  if (std::isfinite(value)) return;
  std::string files;
  for (const auto& batch : batches_)
    for (const auto& source : batch.sources)
      if (files.size() < 500) files += (files.empty() ? "" : ", ") + source;
  fail(ErrorKind::kNotFinite, "step ", number_, ": ", what, " is ", value,
       files.empty() ? "" : " on " + files);
}

void Step::apply(Names optimizers) {
  for (const char* name : optimizers) {
    auto& optimizer = state_.optimizer(name);
    if (is_frozen(options_.freeze, name)) {
      forget_gradients(optimizer);
      continue;
    }
    const auto& parameters = optimizer.param_groups()[0].params();
    const double norm = options_.clip > 0
                            ? torch::nn::utils::clip_grad_norm_(parameters, options_.clip)
                            : gradient_norm(parameters);
    // The norm of finite gradients can be too large for a float too.
    if (!std::isfinite(norm) && !all_finite(parameters))
      check_finite(norm, concat("the gradient of ", name));
    optimizer.step();
    forget_gradients(optimizer);
  }
}

void Step::update(Names optimizers, const char* what, const Loss& loss) {
  for (size_t i = 0; i < batches_.size(); ++i) backward(loss(batches_[i], i), optimizers, what);
  apply(optimizers);
}

}  // namespace gan::training
