// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/tile_cost.h"

#include <chrono>

#include "models/frames/frame_tensor.h"
#include "models/libtorch/device_memory.h"

namespace gan {
namespace {

constexpr int kProbe = 64;         // side of the probe of a network of finite reach
constexpr int kGlobalProbe = 128;  // of the first of others; the second has twice the side
constexpr double kGrowing = 1.1;   // of bytes a pixel from probe to probe: less is rounding
constexpr double kQuickMs = 20;  // a probe as quick as that is run twice: the first time is slower

struct Probe {
  double bytes, ms;  // a pixel
};

Probe probe(const std::function<void(const torch::Tensor&)>& run, torch::Device device,
            int channels, Size size) {
  auto tile = empty_picture_tensor(size, channels);
  tile.uniform_(0, 1);
  const auto area = static_cast<double>(size.area());
  double ms = 0;
  const auto timed = [&] {
    const auto start = std::chrono::steady_clock::now();
    run(tile);
    ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  };
  const size_t bytes = peak_memory(device, [&] {
    timed();
    if (ms < kQuickMs) timed();
  });
  return {static_cast<double>(bytes) / area, ms / area};
}

}  // namespace

void TileCost::measure(const std::function<void(const torch::Tensor&)>& run, torch::Device device,
                       const NetworkTraits& traits, Size picture) {
  const auto square = [&](int n) { return Size{padded_side(n, traits), padded_side(n, traits)}; };
  const bool global = traits.receptive_radius == kGlobalRadius && traits.tile_window == 0;
  const Size small = square(global ? kGlobalProbe : kProbe), large = square(2 * small.width);
  if (small_bytes_ == 0) {
    const Probe first = probe(run, device, traits.in_channels, small);
    small_bytes_ = per_pixel_ = first.bytes;
    ms_per_pixel_ = first.ms;
  }
  if (!global || large_known_ || picture.area() <= small.area()) return;
  const Probe second = probe(run, device, traits.in_channels, large);
  ms_per_pixel_ = second.ms;
  large_known_ = true;
  if (second.bytes > kGrowing * small_bytes_) {
    per_pixel_squared_ =
        (second.bytes - small_bytes_) / static_cast<double>(large.area() - small.area());
    per_pixel_ = small_bytes_ - per_pixel_squared_ * static_cast<double>(small.area());
  }
}

double TileCost::bytes(Size tile) const {
  const auto area = static_cast<double>(tile.area());
  return per_pixel_ * area + per_pixel_squared_ * area * area;
}

}  // namespace gan
