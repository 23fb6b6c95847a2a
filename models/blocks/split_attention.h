// SPDX-License-Identifier: LGPL-2.1-or-later
// The window attention of DAT and RGT: half the channels see windows of h x w, the other half of
// w x h; its bias by distance is what a small network makes of the distance.
#pragma once

#include <array>

#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"
#include "models/blocks/windows.h"

namespace gan {

// Linear layers with, between them, a gate: half of what the first gives is normed, convolved
// channel by channel and multiplies the other half.
class GatedMlpImpl : public torch::nn::Module {
 public:
  GatedMlpImpl(int64_t features, int64_t hidden);
  torch::Tensor forward(const torch::Tensor& x);  // {N, H, W, C}

 private:
  torch::nn::Linear fc1_{nullptr}, fc2_{nullptr};
  LayerNorm norm_{nullptr};
  Conv conv_{nullptr};
};
TORCH_MODULE(GatedMlp);

struct SplitShape {
  int64_t features, heads;
  WindowSize split;
};

class SplitBranch;

// Registers its two branches as "attns" in a module that has the linear layers around it.
class SplitAttention {
 public:
  SplitAttention() = default;
  SplitAttention(torch::nn::Module& module, const SplitShape& shape);
  // qkv {N, H, W, 3 C} -> {N, H, W, C}. masks: of shifted(), undefined for windows that are not.
  torch::Tensor forward(const torch::Tensor& qkv, const std::array<torch::Tensor, 2>& masks);

  // The masks of both branches for pictures {N, H, W, C} and windows shifted by half.
  static std::array<torch::Tensor, 2> shifted(const torch::Tensor& picture, WindowSize split);
  // Whether a block's windows are.
  static bool is_shifted(size_t group, size_t block) {
    return group % 2 == 0 ? block % 4 == 2 : block % 4 == 0;
  }

 private:
  SplitShape shape_{};
  std::array<std::shared_ptr<SplitBranch>, 2> branches_;
};

// Splits' sides must be large enough that half a window is a shift, and heads even. Throws
// Error(kSettings) that begins with `what`.
void check_split(const SplitShape& shape, const char* what);

}  // namespace gan
