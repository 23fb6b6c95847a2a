// SPDX-License-Identifier: LGPL-2.1-or-later
// Weights for VGG that are too large to store as vectors: a hash of tensor and place, as the
// vectors' description gives it. They make features that mean nothing but can be compared.
#pragma once

#include <torch/torch.h>

#include <cmath>
#include <string>

#include "models/checkpoint.h"

namespace gan::test {

inline uint32_t hashed(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

// Fills features.N.weight and .bias; other tensors keep their values. key: K of the description.
inline void fill_vgg_pattern(torch::nn::Module& vgg, uint32_t key = 0) {
  torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_dict(vgg)) {
    const bool bias = name.ends_with(".bias");
    if (!bias && tensor.dim() != 4) continue;
    const auto layer = static_cast<uint32_t>(std::stoi(name.substr(name.find('.') + 1)));
    const double scale = bias ? 0.2 : std::sqrt(24.0 / static_cast<double>(tensor.size(1) * 9));
    auto* const values = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      const uint32_t x = hashed(static_cast<uint32_t>(i) + (layer * 2 + bias) * 100000007u + key);
      values[i] = static_cast<float>(((x >> 8) / 16777216.0 - 0.5) * scale);
    }
  }
}

}  // namespace gan::test
