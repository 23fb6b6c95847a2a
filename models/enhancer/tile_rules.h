// SPDX-License-Identifier: LGPL-2.1-or-later
// What tiles a network allows, on the host and on a device.
#pragma once

#include <optional>
#include <string>

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

// Half of that side, or of the picture where it was whole; 0 where that is less than the least.
int smaller_side(int side, Size picture, const NetworkTraits& traits, int least);

// That memory ran out: `side` is that of the tiles from now on, or else the CPU works from now on.
EngineEvent out_of_memory(const std::string& reason, bool on_cpu_now, int side,
                          const std::string& device);

}  // namespace gan
