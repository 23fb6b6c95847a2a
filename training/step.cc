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

void Step::backward(const torch::Tensor& loss, Names optimizers, const char* what,
                    bool retain_graph) {
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    std::string files;
    for (const auto& batch : batches_)
      for (const auto& source : batch.sources)
        if (files.size() < 500) files += (files.empty() ? "" : ", ") + source;
    fail(ErrorKind::kNotFinite, "step ", number_, ": ", what, " is ", value,
         files.empty() ? "" : " on " + files);
  }
  std::vector<torch::Tensor> inputs;
  for (const char* name : optimizers)
    for (const auto& parameter : state_.optimizer(name).param_groups()[0].params())
      if (parameter.requires_grad()) inputs.push_back(parameter);
  const auto share = loss / static_cast<double>(batches_.size());
  share.backward({}, retain_graph, false, inputs);
  log(what, loss);
}

void Step::apply(Names optimizers) {
  for (const char* name : optimizers) {
    auto& optimizer = state_.optimizer(name);
    if (is_frozen(options_.freeze, name)) {
      forget_gradients(optimizer);
      continue;
    }
    if (options_.clip > 0)
      torch::nn::utils::clip_grad_norm_(optimizer.param_groups()[0].params(), options_.clip);
    optimizer.step();
    forget_gradients(optimizer);
  }
}

void Step::update(Names optimizers, const char* what, const Loss& loss) {
  for (size_t i = 0; i < batches_.size(); ++i) backward(loss(batches_[i], i), optimizers, what);
  apply(optimizers);
}

}  // namespace gan::training
