// SPDX-License-Identifier: LGPL-2.1-or-later
// How much host memory a tile wants, known before it is run: on the CPU running out of memory is
// the end of the process and no exception.
#pragma once

#include "models/enhancer/tile_runner.h"

namespace gan {

// Note [Prediction]: activations grow with the area of a tile, those of attention with its square.
// Two probe tiles tell both shares; networks of finite reach have but the first. What does not grow
// at all counts as if it did, so a large tile's memory is rather over- than underestimated.
class TileMemory {
 public:
  // Runs small tiles of noise, or one of the picture's size where that is small.
  static TileMemory measure(TileRunner& runner, Size picture);

  double bytes(Size tile) const;
  // Side of the largest square tile within `bytes`; 0 where none is.
  int largest_side(double bytes) const;

 private:
  double per_pixel_ = 0, per_pixel_squared_ = 0;
};

}  // namespace gan
