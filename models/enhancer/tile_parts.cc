// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/tile_parts.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace gan {
namespace {

bool same(const PictureView& a, const PictureView& b) {
  const size_t bytes = static_cast<size_t>(a.size.width * a.channels) * sizeof(float);
  for (int y = 0; y < a.size.height; ++y)
    if (std::memcmp(a.row(y), b.row(y), bytes) != 0) return false;
  return true;
}

}  // namespace

void copy(const PictureView& from, const PictureSpan& to) {
  for (int y = 0; y < from.size.height; ++y)
    std::copy_n(from.row(y), ptrdiff_t{from.size.width} * from.channels, to.row(y));
}

std::vector<bool> changed_tiles(const std::vector<Tile>& tiles, const PictureView& now,
                                const PictureView& before) {
  const auto differs = [&](const Rect& rect) { return !same(part(now, rect), part(before, rect)); };
  std::vector<bool> cores, inputs;
  for (const Tile& tile : tiles) cores.push_back(differs(tile.core));
  const size_t columns = columns_of(tiles);
  const Size pitch = tiles.front().core.size;
  for (const Tile& tile : tiles) {
    bool near = false;  // some tile that the input reaches into has changed
    for (int y = tile.input.y / pitch.height;
         y * pitch.height < tile.input.y + tile.input.size.height; ++y)
      for (int x = tile.input.x / pitch.width;
           x * pitch.width < tile.input.x + tile.input.size.width; ++x)
        near = near || cores[static_cast<size_t>(y) * columns + static_cast<size_t>(x)];
    inputs.push_back(near && differs(tile.input));
  }
  return inputs;
}

Apart apart(const PictureView& a, const PictureView& b) {
  double largest = 0, squares = 0;
  const int count = a.size.width * a.channels;
  for (int y = 0; y < a.size.height; ++y)
    for (int i = 0; i < count; ++i) {
      const double difference = std::abs(static_cast<double>(a.row(y)[i]) - b.row(y)[i]);
      largest = std::max(largest, difference);
      squares += difference * difference;
    }
  const double mean = squares / (static_cast<double>(count) * a.size.height);
  return {largest, -10 * std::log10(mean + 1e-12)};
}

}  // namespace gan
