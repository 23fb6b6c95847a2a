// SPDX-License-Identifier: LGPL-2.1-or-later
// How much memory a tile wants and how long it takes, known before it is run: on the CPU running
// out of memory is the end of the process and no exception.
#pragma once

#include <torch/torch.h>

#include <functional>

#include "core/frame.h"
#include "models/traits.h"

namespace gan {

// Note [Prediction]: activations grow with the area of a tile, those of attention with its square.
// Two probe tiles tell both shares; networks that may be tiled have but the first, or nearly. What
// does not grow at all counts as if it did, so a large tile's memory is rather over- than
// underestimated.
class TileCost {
 public:
  // Runs small tiles {1, C, H, W} of noise, on the host, each once in the life of this, as far as
  // pictures of that size want it, and counts the memory of the device that `run` works on.
  void measure(const std::function<void(const torch::Tensor&)>& run, torch::Device device,
               const NetworkTraits& traits, Size picture);
  void forget() { *this = {}; }  // the network runs elsewhere now

  double bytes(Size tile) const;
  // On the CPU; another device has not done its work when the call returns.
  double ms(Size tile) const { return ms_per_pixel_ * static_cast<double>(tile.area()); }

 private:
  double small_bytes_ = 0;  // a pixel of the first probe; 0: not run yet
  bool large_known_ = false;
  double per_pixel_ = 0, per_pixel_squared_ = 0;  // bytes
  double ms_per_pixel_ = 0;
};

}  // namespace gan
