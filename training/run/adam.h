// SPDX-License-Identifier: LGPL-2.1-or-later
// Adam (Kingma and Ba 2015, arXiv:1412.6980), with the arithmetic of PyTorch's: what LibTorch's own
// does parameter by parameter, a GPU gets here in a few launches for all of them.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace gan::training {

struct AdamSettings {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;  // added to the gradient
};

class Adam {
 public:
  Adam(std::vector<torch::Tensor> parameters, const AdamSettings& settings)
      : lr(settings.lr),
        settings_(settings),
        parameters_(std::move(parameters)),
        slots_(parameters_.size()) {}

  // A step for every parameter that has a gradient. Steps are counted for each.
  void step();
  void forget() { slots_.assign(parameters_.size(), {}); }  // as if it had made no step

  // What a parameter remembers; undefined before its first step.
  struct Slot {
    int64_t steps = 0;
    torch::Tensor mean, square;  // running means of the gradient and of its square
  };
  const std::vector<torch::Tensor>& parameters() const { return parameters_; }
  std::vector<Slot>& slots() { return slots_; }  // one a parameter
  const std::vector<Slot>& slots() const { return slots_; }

  double lr;  // of the next step

 private:
  AdamSettings settings_;
  std::vector<torch::Tensor> parameters_;
  std::vector<Slot> slots_;
};

}  // namespace gan::training
