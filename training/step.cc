// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/step.h"

#include <cmath>

#include "core/error.h"

namespace gan::training {
namespace {

bool is_frozen(const std::string& list, std::string_view name) {
  return concat(",", list, ",").find(concat(",", name, ",")) != std::string::npos;
}

}  // namespace

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
      optimizer.zero_grad();
      continue;
    }
    if (options_.clip > 0)
      torch::nn::utils::clip_grad_norm_(optimizer.param_groups()[0].params(), options_.clip);
    optimizer.step();
    optimizer.zero_grad();
  }
}

void Step::update(Names optimizers, const char* what, const Loss& loss) {
  for (size_t i = 0; i < batches_.size(); ++i) backward(loss(batches_[i], i), optimizers, what);
  apply(optimizers);
}

}  // namespace gan::training
