// SPDX-License-Identifier: LGPL-2.1-or-later
// A layer's weights as the kernels read them.
#pragma once

#include <vector>

#include "core/conv/kernels.h"
#include "core/conv/memory.h"
#include "core/conv/plan.h"

namespace gan::conv {

struct Weights {
  Method method;
  Storage factors = Storage::kFloat;  // of the matrices: `right`, and so `left`
  int input_blocks = 0;               // of all inputs, each with its own last block
  int panels = 0;                     // blocks of output channels
  int segments = 0, length = 0;       // see Multiply; right's matrices have segments * length rows
  Memory right;                       // {panel, matrix, row, 16}; for kFewOutputs as it wants them
  std::vector<float> bias, slopes;    // {panels * 16}

  ptrdiff_t matrix_size() const { return ptrdiff_t{segments} * length * kBlock; }  // in numbers
  ptrdiff_t panel_size() const { return matrix_size() * matrices_of(method); }
};

// `channels` are those of the layer's inputs (of a pass, of one). bf16 factors are for Winograd,
// kPoint and kTaps alone.
Weights pack(const Layer& layer, const std::vector<int>& channels, Method method, Storage factors);

}  // namespace gan::conv
