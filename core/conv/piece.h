// SPDX-License-Identifier: LGPL-2.1-or-later
// What a task does: a piece of one layer, in one thread, in memory of its own that fits the cache.
#pragma once

#include <atomic>
#include <vector>

#include "core/conv/buffers.h"
#include "core/conv/ends.h"
#include "core/conv/weights.h"

namespace gan::conv {

// A layer made ready.
struct PackedLayer {
  Layer layer;  // its weights are in `weights`
  Weights weights;
  Value value = 0;    // that it makes
  bool last = false;  // it goes to the result
};

// By what a pass normalises this frame: (x - mean) * factor, {panels * 16}.
struct Normal {
  std::vector<float> means, factors;
};

// What all pieces of a frame share.
struct FrameWork {
  const Kernels* kernels;
  const Buffers* buffers;
  Size frame;
  PlanesView picture;
  const float* subtract;  // see ends.h
  float multiply;
  int picture_channels, scale;  // of the result
  float result_multiply, result_add;
  PlanesSpan result;
  int result_rows;            // row y is at y % result_rows
  const Normal* normals;      // of each layer
  std::atomic<bool>* finite;  // cleared where the result has a number that is none
};

// A thread's own memory; `grow` makes it enough for the pieces of a layer. It does not depend on
// the frame's size.
struct Scratch {
  Memory left, products, pixels;
  void grow(const PackedLayer& packed, const FrameWork& frame);
};

void run_piece(const FrameWork& frame, const PackedLayer& packed, const Task& task,
               Scratch& scratch);

}  // namespace gan::conv
