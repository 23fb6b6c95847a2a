// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames that show pictures side by side.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "core/engine.h"
#include "core/workers.h"

namespace gan {

// `columns` pictures of `one` side by side, and as many rows as it takes.
struct PictureGrid {
  Size one;
  int cells = 1, columns = 1;
  Size whole() const {
    return {one.width * columns, one.height * ((cells + columns - 1) / columns)};
  }
  Rect cell(int index) const {
    return {index % columns * one.width, index / columns * one.height, one};
  }
};

class GridCanvas {
 public:
  virtual ~GridCanvas() = default;
  // pictures: one for each cell, {1, 3 or 1, H, W} in [0, 1]. Where the frame has another size than
  // the grid, it is resampled plainly; cells that no picture fills are black.
  virtual void paint(const std::vector<torch::Tensor>& pictures, const FrameSpan& out) = 0;
};

// Of pictures in host memory; the workers outlive it.
std::unique_ptr<GridCanvas> make_host_canvas(const PictureGrid& grid, const FrameFormat& out,
                                             Workers& workers);
// Of pictures on a device, where all is done but the copy of the frame's bytes.
std::unique_ptr<GridCanvas> make_device_canvas(const PictureGrid& grid, const FrameFormat& out,
                                               torch::Device device);

}  // namespace gan
