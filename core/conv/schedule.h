// SPDX-License-Identifier: LGPL-2.1-or-later
// In which order a frame's pieces are computed, and what must be kept of each value.
//
// Layers run in groups, one after another. In a group a band of some rows runs through all layers
// before the next band begins, each layer as far behind the one that it reads as the convolution
// reaches; so a value that only the group reads keeps a few rows, which the next layer finds in the
// cache. What a later group reads is kept whole; a pass that normalises begins a group. A task is a
// piece of a band of one layer; threads take tasks in order and wait where one reads what is not
// ready yet or writes over what is still being read. Tasks begin and end at multiples of 4 pixels
// of their layer, the tiles of Winograd's algorithm, whatever the bands, so no cut shows in any
// bit.
#pragma once

#include <vector>

#include "core/conv/plan.h"

namespace gan::conv {

inline constexpr int kGrid = 4;  // pixels

// Pixels [y, y_end) x [x, x_end) of layer `layer`, before its shuffle, once the group's tasks
// 0 .. after - 1 are done.
struct Task {
  int layer, y, y_end, x, x_end, after;
};

// Rows kept of a value, row y at y % rows, from group `first` to group `last`; 0 for the picture
// and the result.
struct Kept {
  int rows = 0, first = 0, last = 0;
};

struct Schedule {
  std::vector<std::vector<Task>> groups;
  std::vector<Kept> kept;  // of each value
};

struct Cut {
  // Numbers that a group keeps for itself, at most, of a frame of 640 columns; of others in
  // proportion, so that all are cut alike.
  int64_t group = int64_t{4} << 20;
  // A task's columns and a band's rows at the smallest of the layers' sizes, multiples of kGrid; 0:
  // enough that a task is worth the hand-over.
  int columns = 0, rows = 0;
};

// `values` as shapes() gives them.
Schedule make_schedule(const Plan& plan, const std::vector<Shape>& values, Size frame,
                       const Cut& cut);

}  // namespace gan::conv
