// SPDX-License-Identifier: LGPL-2.1-or-later
// Resampling along one axis of a picture on a device.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <vector>

#include "core/frame.h"
#include "core/resample_axis.h"

namespace gan {

// Each output sample is a sum of weighed input samples, its taps.
class DeviceAxis {
 public:
  DeviceAxis() = default;
  DeviceAxis(const ResampleAxis& axis, torch::Device device) {
    const auto count = axis.index.size() / static_cast<size_t>(std::max(axis.taps, 1));
    for (size_t k = 0; k < static_cast<size_t>(axis.taps); ++k) {
      std::vector<int64_t> index;
      std::vector<float> weight;
      for (size_t i = 0; i < count; ++i) {
        index.push_back(axis.index[i * static_cast<size_t>(axis.taps) + k]);
        weight.push_back(axis.weight[i * static_cast<size_t>(axis.taps) + k]);
      }
      if (std::ranges::all_of(weight, [](float w) { return w == 0; })) continue;
      indices_.push_back(torch::tensor(index).to(device));
      weights_.push_back(torch::tensor(weight).to(device));
    }
  }

  // {N, C, H, W}; axis 2 or 3.
  torch::Tensor run(const torch::Tensor& from, int64_t axis) const {
    torch::Tensor sum;
    for (size_t k = 0; k < indices_.size(); ++k) {
      const auto weight = axis == 2 ? weights_[k].unsqueeze(1) : weights_[k];
      const auto term = from.index_select(axis, indices_[k]) * weight;
      sum = sum.defined() ? sum + term : term;
    }
    return sum;
  }

 private:
  std::vector<torch::Tensor> indices_, weights_;
};

// Both axes, as core/resize.h has them.
class DeviceResizer {
 public:
  DeviceResizer() = default;
  DeviceResizer(Size in, Size out, Filter filter, torch::Device device)
      : rows_(make_axis({in.height, out.height}, filter), device),
        columns_(make_axis({in.width, out.width}, filter), device) {}
  torch::Tensor run(const torch::Tensor& from) const { return columns_.run(rows_.run(from, 2), 3); }

 private:
  DeviceAxis rows_, columns_;
};

}  // namespace gan
