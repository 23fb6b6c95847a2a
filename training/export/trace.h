// SPDX-License-Identifier: LGPL-2.1-or-later
// What a network computes of a picture, operator by operator, as LibTorch calls them.
#pragma once

#include <string>
#include <vector>

#include "models/network.h"

namespace gan::training {

// A tensor that depends on the input is a value of the trace, known by its number; any other is a
// constant.
struct Traced {
  int value = -1;          // -1: a constant, or none at all
  torch::Tensor constant;  // where it is one
  std::vector<int64_t> shape;
  bool defined() const { return value >= 0 || constant.defined(); }
};

struct TracedOperator {
  std::string name;                          // "conv2d"; "add" for "add_" too
  std::vector<c10::IValue> arguments;        // by LibTorch's schema; None in the place of tensors
  std::vector<std::vector<Traced>> tensors;  // of each argument: those that it is
  std::vector<Traced> results;

  // The tensor that an argument is; where it is none, one that is not defined.
  Traced tensor(size_t place) const;
  bool has(size_t place) const;  // an argument other than a tensor and None
  int64_t integer(size_t place, int64_t otherwise = 0) const;
  double number(size_t place, double otherwise = 0) const;
  bool flag(size_t place) const;
  std::vector<int64_t> integers(size_t place) const;                         // empty for None
  const std::vector<int64_t>& shape() const { return tensors[0][0].shape; }  // of the first tensor
  int64_t axis(size_t place, int64_t otherwise = 0) const;                   // 0 or more
};

struct Trace {
  Traced input, output;
  int values = 0;  // how many there are: 0..values-1
  std::vector<TracedOperator> operators;
};

// Runs the network, whose floats must be doubles: no loop of this project's own takes those, so all
// that is computed is seen. image: {1, in_channels, H, W} of doubles.
Trace trace(Network& network, const torch::Tensor& image);

}  // namespace gan::training
