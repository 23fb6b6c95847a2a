// SPDX-License-Identifier: LGPL-2.1-or-later
// Covering a frame with tiles that overlap by a halo. Geometry only.
#pragma once

#include <vector>

#include "core/frame.h"

namespace gan {

struct Rect {
  int x = 0, y = 0;
  Size size;
  bool operator==(const Rect&) const = default;
};

// A tile reads `input` and is right on `core`, which lies inside it; the cores of all tiles cover
// the frame without overlap.
struct Tile {
  Rect input, core;
  bool operator==(const Tile&) const = default;
};

// Cores are at most side x side, inputs reach `halo` further where the frame does. With halo at
// least a network's receptive radius the tiled result equals the untiled one: inside the frame
// every value has its whole surroundings, and at the frame's border the network pads as it always
// does. Corners of inputs and cores lie on multiples of `multiple`, which must divide the frame's
// sides; side and halo are rounded up to it. side 0: one tile.
std::vector<Tile> cover(Size frame, int side, int halo, int multiple);

// Those of cover's tiles that `wanted` marks, neighbours joined into tiles with cores of at most
// side x side (0: of any size), so that fewer halos are computed.
std::vector<Tile> joined(const std::vector<Tile>& tiles, std::vector<bool> wanted, int side);

// How many of cover's tiles stand in a row.
size_t columns_of(const std::vector<Tile>& tiles);

}  // namespace gan
