// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/adam.h"

#include <cmath>

namespace gan::training {

void Adam::step() {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parameters, gradients, means, squares;
  std::vector<at::Scalar> rates;  // minus the rate over the first bias correction
  std::vector<double> corrections;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;
    Slot& slot = slots_[i];
    if (!slot.mean.defined()) {
      slot.mean = torch::zeros_like(parameters_[i]);
      slot.square = torch::zeros_like(parameters_[i]);
    }
    ++slot.steps;
    const auto steps = static_cast<double>(slot.steps);
    parameters.push_back(parameters_[i]);
    gradients.push_back(parameters_[i].grad());
    means.push_back(slot.mean);
    squares.push_back(slot.square);
    rates.emplace_back(-lr / (1 - std::pow(settings_.beta1, steps)));
    corrections.push_back(std::sqrt(1 - std::pow(settings_.beta2, steps)));
  }
  if (parameters.empty()) return;
  if (settings_.weight_decay != 0)
    gradients = at::_foreach_add(gradients, at::TensorList(parameters), settings_.weight_decay);
  at::_foreach_mul_(means, settings_.beta1);
  at::_foreach_add_(means, gradients, 1 - settings_.beta1);
  at::_foreach_mul_(squares, settings_.beta2);
  at::_foreach_addcmul_(squares, gradients, gradients, 1 - settings_.beta2);
  auto roots = at::_foreach_sqrt(squares);
  std::vector<at::Scalar> divisors(corrections.begin(), corrections.end());
  at::_foreach_div_(roots, divisors);
  at::_foreach_add_(roots, settings_.eps);
  at::_foreach_addcdiv_(parameters, means, roots, rates);
}

}  // namespace gan::training
