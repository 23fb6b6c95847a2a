// SPDX-License-Identifier: LGPL-2.1-or-later
// What tiles a network allows, on the host and on a device.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/engine.h"
#include "models/traits.h"

namespace gan {

inline constexpr int kSmallestTile = 16;  // side of a core

// Not where every output pixel depends on the whole frame.
bool may_tile(const NetworkTraits& traits);

// Throws Error(kSettings) for a tile_size that the network does not allow. 0: whole frames.
void check_tile_size(int tile_size, const NetworkTraits& traits, const std::string& network);

// What a tile carries around its core. overlap: what the user wants; 0: as the network reaches.
// exact: with which tiles come out as in the whole, to the last bit, where there is such a halo.
int halo_of(const NetworkTraits& traits, int overlap, std::optional<int> exact = std::nullopt);

// Where a network's tiles lie: the sides of their cores are multiples of `step`, and each reads
// `halo` more on every side.
struct TileLayout {
  int step = 1, halo = 0;
  int rounded(int length) const { return (length + step - 1) / step * step; }  // up
};

// How large tiles may be. network: the bytes that it takes for a picture of a size.
class TileMemory {
 public:
  TileMemory(const TileLayout& layout, int scale, std::function<double(Size)> network)
      : layout_(layout), scale_(scale), network_(std::move(network)) {}
  // Of the largest tile with a core of that side (0: the whole picture), and of the pictures before
  // and after it.
  double bytes(int side, Size picture) const;
  // A multiple of the least; 0 where none takes so little.
  int largest_side(double bytes, Size picture) const;

 private:
  TileLayout layout_;
  int scale_;
  std::function<double(Size)> network_;
};

// Half of that side, or of the picture where it was whole; 0 where that is less than the least.
int smaller_side(int side, Size picture, const NetworkTraits& traits, int least);

// That memory ran out: `side` is that of the tiles from now on, or else the CPU works from now on.
EngineEvent out_of_memory(const std::string& reason, bool on_cpu_now, int side,
                          const std::string& device);

}  // namespace gan
