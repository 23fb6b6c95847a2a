// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/tile_rules.h"

#include <algorithm>

#include "core/error.h"

namespace gan {
namespace {

// Note [Halos]: up to this reach a tile carries all that its core depends on. Beyond it the rim
// would cost more than the core, and what lies far away hardly counts.
constexpr int kLargestHalo = 64;
// Note [Approximate tiles]: networks of windows or of means over the whole picture see so much
// around a tile, on multiples of their windows. What that changes is measured at a seam and told.
constexpr int kApproximateHalo = 32;

}  // namespace

bool may_tile(const NetworkTraits& traits) {
  return traits.receptive_radius != kGlobalRadius || traits.tile_window > 0;
}

void check_tile_size(int tile_size, const NetworkTraits& traits, const std::string& network) {
  check(tile_size == 0 || may_tile(traits), ErrorKind::kSettings,
        "tile-size must be 0 for network ", network,
        ": every output pixel depends on the whole frame, so tiles would show");
  check(tile_size == 0 || tile_size >= kSmallestTile, ErrorKind::kSettings,
        "tile-size must be 0 or at least ", kSmallestTile, ", got ", tile_size);
}

int halo_of(const NetworkTraits& traits, int overlap, std::optional<int> exact) {
  if (overlap > 0) return overlap;
  if (traits.tile_window > 0) return kApproximateHalo;
  const int reach = std::clamp(traits.receptive_radius, 0, kLargestHalo);
  return exact && *exact <= 2 * kLargestHalo ? *exact : reach;
}

double TileMemory::bytes(int side, Size picture) const {
  const auto with_rim = [&](int length) {
    return side == 0 ? length
                     : std::min(length, layout_.rounded(side) + 2 * layout_.rounded(layout_.halo));
  };
  const double pictures =
      3.0 * sizeof(float) * static_cast<double>(picture.area()) * (1 + 2.0 * scale_ * scale_);
  return network_({with_rim(picture.width), with_rim(picture.height)}) + pictures;
}

int TileMemory::largest_side(double bytes_there_are, Size picture) const {
  const int least = layout_.rounded(kSmallestTile);
  int fits = 0, over = (std::max(picture.width, picture.height) + least - 1) / least;
  while (over - fits > 1) {
    const int middle = (fits + over) / 2;
    (bytes(middle * least, picture) <= bytes_there_are ? fits : over) = middle;
  }
  return fits * least;
}

int smaller_side(int side, Size picture, const NetworkTraits& traits, int least) {
  const int half = (side > 0 ? side : std::max(picture.width, picture.height)) / 2;
  return may_tile(traits) && half >= least ? half : 0;
}

EngineEvent out_of_memory(const std::string& reason, bool on_cpu_now, int side,
                          const std::string& device) {
  return {"out-of-memory",
          on_cpu_now ? concat(reason, "; on the CPU from now on")
                     : concat(reason, "; tiles of ", side, " pixels from now on"),
          {{"tile-size", side}, {"device", device}}};
}

}  // namespace gan
