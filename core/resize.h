// SPDX-License-Identifier: LGPL-2.1-or-later
// Plain resampling, the same everywhere in the project: training pairs, the baseline of every
// comparison, `strength`, `split`, late frames and alpha.
//
// Method: MATLAB's imresize. Output sample x (0-based) is centred at (x + 0.5) / scale - 0.5 of the
// input; when shrinking, the kernel is stretched by 1 / scale so that it also antialiases; weights
// are normalised to sum 1; borders mirror (the edge sample is repeated). Bicubic is Keys' kernel
// with a = -0.5. Results are not clamped.
#pragma once

#include <vector>

#include "core/picture.h"
#include "core/resample_axis.h"

namespace gan {

// The weights for one pair of sizes; keep it while sizes stay the same. Not thread-safe: run()
// uses a scratch row buffer of its own.
class Resizer {
 public:
  // scale: of the sampling grid, in both directions; 0 means out / in for each direction, which is
  // right unless `out` was rounded up from in * scale, as MATLAB's imresize(image, scale) does.
  Resizer(Size in, Size out, Filter filter = Filter::kBicubic, double scale = 0);

  // Sizes must be those of the constructor, channels equal; in and out must not overlap.
  void run(const PictureView& in, const PictureSpan& out);

 private:
  Size in_, out_;
  ResampleAxis rows_, columns_;
  std::vector<float> scratch_;
};

Picture resize(const Picture& in, Size out, Filter filter = Filter::kBicubic, double scale = 0);

// imresize(image, scale): output sides are ceil(in * scale).
Picture rescale(const Picture& in, double scale, Filter filter = Filter::kBicubic);

}  // namespace gan
