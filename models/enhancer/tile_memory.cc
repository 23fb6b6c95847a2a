// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/tile_memory.h"

#include <algorithm>
#include <cmath>

#include "models/frames/frame_tensor.h"
#include "models/machine/host_allocator.h"

namespace gan {
namespace {

constexpr int kProbe = 64;         // side of the probe of a network of finite reach
constexpr int kGlobalProbe = 128;  // of the first of others; the second has twice the side
constexpr double kGrowing = 1.1;   // of bytes a pixel from probe to probe: less is rounding

double bytes_per_pixel(TileRunner& runner, Size size) {
  auto tile = empty_picture_tensor(size);
  tile.uniform_(0, 1);
  const AllocationCount count;
  runner.run(tile);
  return static_cast<double>(count.peak()) / static_cast<double>(size.area());
}

}  // namespace

TileMemory TileMemory::measure(TileRunner& runner, Size picture) {
  const NetworkTraits& traits = runner.traits();
  const auto square = [&](int n) { return Size{padded_side(n, traits), padded_side(n, traits)}; };
  const bool global = traits.receptive_radius == kGlobalRadius;
  const Size small = square(global ? kGlobalProbe : kProbe), large = square(2 * small.width);
  TileMemory memory;
  if (picture.area() <= (global ? large : small).area()) {
    memory.per_pixel_ = bytes_per_pixel(runner, picture);
    return memory;
  }
  memory.per_pixel_ = bytes_per_pixel(runner, small);
  if (!global) return memory;
  const double of_large = bytes_per_pixel(runner, large);
  if (of_large > kGrowing * memory.per_pixel_) {
    memory.per_pixel_squared_ =
        (of_large - memory.per_pixel_) / static_cast<double>(large.area() - small.area());
    memory.per_pixel_ -= memory.per_pixel_squared_ * static_cast<double>(small.area());
  }
  return memory;
}

double TileMemory::bytes(Size tile) const {
  const auto area = static_cast<double>(tile.area());
  return per_pixel_ * area + per_pixel_squared_ * area * area;
}

int TileMemory::largest_side(double bytes) const {
  if (bytes <= 0) return 0;
  return static_cast<int>(std::sqrt(bytes / per_pixel_));  // finite networks alone are tiled
}

}  // namespace gan
