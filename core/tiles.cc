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

}  // namespace gan
