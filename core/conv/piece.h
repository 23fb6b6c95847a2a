// SPDX-License-Identifier: LGPL-2.1-or-later
// What a task does: a piece of one layer, in one thread, in memory of its own that fits the cache.
#pragma once

#include "core/conv/buffers.h"
#include "core/conv/ends.h"
#include "core/conv/weights.h"

namespace gan::conv {

// A layer made ready.
struct PackedLayer {
  Layer layer;  // its weights are in `weights`
  Weights weights;
  Value value = 0;    // that it makes
  Size size;          // of it, before the shuffle
  bool last = false;  // it goes to the result
};

// What all pieces of a frame share.
struct FrameWork {
  const Kernels* kernels;
  const Buffers* buffers;
  PlanesView picture;
  int picture_channels, scale;  // of the result
  PlanesSpan result;
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
