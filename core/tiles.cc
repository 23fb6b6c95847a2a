// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tiles.h"

#include <algorithm>

#include "core/error.h"

namespace gan {
namespace {

struct Span {
  int input_start, input_end, core_start, core_end;
};

std::vector<Span> cover_axis(int length, int side, int halo) {
  std::vector<Span> spans;
  for (int start = 0; start < length; start += side) {
    const int end = std::min(start + side, length);
    spans.push_back({std::max(start - halo, 0), std::min(end + halo, length), start, end});
  }
  return spans;
}

// From the upper left corner of one to the lower right one of the other.
Rect around(const Rect& first, const Rect& last) {
  return {
      first.x, first.y, {last.x + last.size.width - first.x, last.y + last.size.height - first.y}};
}

}  // namespace

std::vector<Tile> cover(Size frame, int side, int halo, int multiple) {
  check(frame.width > 0 && frame.height > 0 && frame.width % multiple == 0 &&
            frame.height % multiple == 0 && side >= 0 && halo >= 0,
        ErrorKind::kFailed, "tiles: cannot cover ", frame.width, "x", frame.height, " by ", side,
        " + ", halo, " in multiples of ", multiple);
  if (side == 0) return {{{0, 0, frame}, {0, 0, frame}}};
  const auto round_up = [&](int n) { return (n + multiple - 1) / multiple * multiple; };
  std::vector<Tile> tiles;
  for (const Span& rows : cover_axis(frame.height, round_up(side), round_up(halo)))
    for (const Span& columns : cover_axis(frame.width, round_up(side), round_up(halo)))
      tiles.push_back(
          {{columns.input_start,
            rows.input_start,
            {columns.input_end - columns.input_start, rows.input_end - rows.input_start}},
           {columns.core_start,
            rows.core_start,
            {columns.core_end - columns.core_start, rows.core_end - rows.core_start}}});
  return tiles;
}

size_t columns_of(const std::vector<Tile>& tiles) {
  return static_cast<size_t>(std::ranges::count(tiles, tiles.front().core.y,
                                                [](const Tile& tile) { return tile.core.y; }));
}

std::vector<Tile> joined(const std::vector<Tile>& tiles, std::vector<bool> wanted, int side) {
  const size_t columns = columns_of(tiles);
  const auto all = [&](size_t from, size_t count) {
    for (size_t i = from; i < from + count; ++i)
      if (!wanted[i]) return false;
    return true;
  };
  std::vector<Tile> result;
  for (size_t first = 0; first < tiles.size(); ++first) {
    if (!wanted[first]) continue;
    const auto fits = [&](size_t last) {
      const Size size = around(tiles[first].core, tiles[last].core).size;
      return side == 0 || (size.width <= side && size.height <= side);
    };
    size_t width = 1, height = 1;
    while ((first + width) % columns != 0 && wanted[first + width] && fits(first + width)) ++width;
    for (size_t below = first + columns; below < tiles.size() && all(below, width) && fits(below);
         below += columns)
      ++height;
    const Tile& last = tiles[first + (height - 1) * columns + width - 1];
    result.push_back(
        {around(tiles[first].input, last.input), around(tiles[first].core, last.core)});
    for (size_t row = 0; row < height; ++row)
      std::fill_n(wanted.begin() + static_cast<ptrdiff_t>(first + row * columns), width, false);
  }
  return result;
}

}  // namespace gan
