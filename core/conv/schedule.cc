// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/schedule.h"

#include <algorithm>
#include <functional>

#include "core/bands.h"

namespace gan::conv {
namespace {

int floor_grid(int x) { return x / kGrid * kGrid; }
int ceil_grid(int x) { return (x + kGrid - 1) / kGrid * kGrid; }

// What the layers from `begin` to `end` - 1 do, one after another, a band at a time.
class Group {
 public:
  // Rows [y, y_end) of a layer follow; of its own and all other values `rows_done` are as they
  // were.
  using Advance = std::function<void(int layer, int y, int y_end)>;

  Group(const Plan& plan, const std::vector<Shape>& values, Size frame, int begin, int end)
      : plan_(plan), begin_(begin), end_(end), done_(plan.layers.size()) {
    for (const Layer& layer : plan.layers) sizes_.push_back(input_shape(layer, values).of(frame));
  }

  void run(int band_rows, const Advance& advance) {
    std::fill(done_.begin(), done_.end(), 0);
    bool more = true;
    while (more) {
      more = false;
      for (int l = begin_; l < end_; ++l) {
        const int y = done(l), y_end = next(l, band_rows);
        if (y_end > y) advance(l, y, y_end);
        done_[static_cast<size_t>(l)] = y_end;
        more |= y_end < size(l).height;
      }
    }
  }

  Size size(int layer) const { return sizes_[static_cast<size_t>(layer)]; }
  const Layer& layer(int l) const { return plan_.layers[static_cast<size_t>(l)]; }
  bool makes(Value value) const { return value > begin_ && value <= end_; }

  // The first row of a value that layers of the group have yet to read.
  int still_needed(Value value) const {
    int needed = size(value - 1).height;
    for (int l = std::max(begin_, value); l < end_; ++l)
      if (done(l) < size(l).height && reads(l, value))
        needed = std::min(needed, rows_read(l, value, done(l), done(l) + 1).begin);
    return needed;
  }

  bool reads(int l, Value value) const { return convolves(l, value) || adds(l, value); }
  // Rows of the value that rows [y, y_end) of a layer that reads it need.
  Interval rows_read(int l, Value value, int y, int y_end) const {
    const Layer& reader = layer(l);
    if (!convolves(l, value)) return {y, y_end};
    if (reader.kernel == 0)
      return interleaves(reader) ? Interval{y / 2, (y_end + 1) / 2} : Interval{y, y_end};
    const int pad = reader.kernel / 2, stride = reader.stride;
    const int first = std::max(0, y * stride - pad);
    const int end = std::min(size(l).height * stride, (y_end - 1) * stride + pad + 1);
    return reader.twice ? Interval{first / 2, (end + 1) / 2} : Interval{first, end};
  }

 private:
  int done(int l) const { return done_[static_cast<size_t>(l)]; }
  bool convolves(int l, Value value) const {
    const auto& inputs = layer(l).inputs;
    return std::find(inputs.begin(), inputs.end(), value) != inputs.end();
  }
  bool adds(int l, Value value) const {
    const auto& all = layer(l).adds;
    return layer(l).gate == value ||
           std::any_of(all.begin(), all.end(), [&](const Add& add) { return add.value == value; });
  }

  // Rows of a layer for which so many of the value's, not all, suffice.
  int can_do(int l, Value value, int have) const {
    const Layer& reader = layer(l);
    if (!convolves(l, value)) return have;
    if (reader.kernel == 0) return interleaves(reader) ? have * 2 : have;
    if (reader.stride == 2) return have / 2;  // of kernel 3
    return (reader.twice ? have * 2 : have) - reader.kernel / 2;
  }

  // Rows of a layer that can be done once the others are as far as they are.
  int next(int l, int band_rows) const {
    const int height = size(l).height;
    int rows = height;
    bool follows = false;
    for (Value value = begin_ + 1; value <= l; ++value) {
      if (!reads(l, value)) continue;
      follows = true;
      const int have = done(value - 1);
      if (have == size(value - 1).height) continue;
      rows = std::min(rows, floor_grid(std::max(0, can_do(l, value, have))));
    }
    if (!follows) rows = std::min(height, done(l) + band_rows);
    return std::max(rows, done(l));
  }

  const Plan& plan_;
  const int begin_, end_;
  std::vector<int> done_;
  std::vector<Size> sizes_;
};

// Finds which tasks a new one must wait for.
class Dependencies {
 public:
  Dependencies(const Group& group, const Plan& plan, int chunks, const std::vector<Kept>& kept)
      : group_(group), chunks_(chunks), kept_(kept) {
    for (size_t l = 0; l < plan.layers.size(); ++l) {
      const auto rows =
          static_cast<size_t>(ceil_grid(group.size(static_cast<int>(l)).height) / kGrid);
      written_.emplace_back(
          group.makes(static_cast<Value>(l) + 1) ? rows * static_cast<size_t>(chunks) : 0);
      read_.emplace_back(group.makes(static_cast<Value>(l) + 1) ? rows : 0);
    }
  }

  // How many tasks must be done before `task`, which is number `index` and stands in column
  // `chunk`.
  int before(const Task& task, int chunk, int index) {
    int after = 0;
    for (Value value = 1; value <= task.layer; ++value) {
      if (!group_.makes(value) || !group_.reads(task.layer, value)) continue;
      const Interval rows = group_.rows_read(task.layer, value, task.y, task.y_end);
      const int first = rows.begin / kGrid, end = ceil_grid(rows.end) / kGrid;
      for (int row = first; row < end; ++row) {
        for (int c = std::max(0, chunk - 1); c <= std::min(chunks_ - 1, chunk + 1); ++c)
          after = std::max(after, written(value, row, c));
        read_[at(value)][static_cast<size_t>(row)] = index + 1;
      }
    }
    const Value own = task.layer + 1;
    const int back = kept_[static_cast<size_t>(own)].rows / kGrid;
    for (int row = task.y / kGrid; row < ceil_grid(task.y_end) / kGrid; ++row) {
      if (back > 0 && row >= back)
        after = std::max(after, read_[at(own)][static_cast<size_t>(row - back)]);
      written(own, row, chunk) = index + 1;
    }
    return after;
  }

 private:
  static size_t at(Value value) { return static_cast<size_t>(value - 1); }
  int& written(Value value, int row, int chunk) {
    return written_[at(value)][static_cast<size_t>(row * chunks_ + chunk)];
  }

  const Group& group_;
  const int chunks_;
  const std::vector<Kept>& kept_;
  std::vector<std::vector<int>> written_, read_;  // 1 + the last task that did so
};

class Maker {
 public:
  Maker(const Plan& plan, const std::vector<Shape>& values, Size frame, const Cut& cut)
      : plan_(plan), values_(values), frame_(frame), cut_(cut) {
    const auto count = static_cast<int>(plan.layers.size());
    schedule_.kept.resize(values_.size());
    last_use_.assign(values_.size(), 0);
    Group all(plan, values_, frame, 0, count);
    smallest_ = frame;
    for (int l = 0; l < count; ++l) {
      if (all.size(l).width < smallest_.width) smallest_ = all.size(l);
      for (Value value = 1; value <= l; ++value)
        if (all.reads(l, value)) last_use_[static_cast<size_t>(value)] = l;
    }
    // 24 tiles, more where a row would fall into more than 16 tasks.
    if (cut_.columns == 0) cut_.columns = std::max(96, ceil_grid(smallest_.width / 16));
    if (cut_.rows == 0) cut_.rows = std::max(kGrid, ceil_grid(96 * kGrid / smallest_.width));
  }

  Schedule make() {
    const auto count = static_cast<int>(plan_.layers.size());
    for (int begin = 0; begin < count;) {
      const int end = best_end(begin);
      add_group(begin, end);
      begin = end;
    }
    return std::move(schedule_);
  }

 private:
  int64_t row_numbers(Value value) const {
    const Shape& shape = values_[static_cast<size_t>(value)];
    return int64_t{shape.channels} * shape.of(frame_).width;
  }
  // Whether a layer outside begin .. end - 1 reads the value.
  bool leaves(Value value, int end) const { return last_use_[static_cast<size_t>(value)] >= end; }

  // Rows that the group's own values must keep; whole ones that a later group reads.
  std::vector<int> rows_kept(int begin, int end) const {
    std::vector<int> rows(values_.size());
    Group group(plan_, values_, frame_, begin, end);
    group.run(cut_.rows, [&](int layer, int, int y_end) {
      int& kept = rows[static_cast<size_t>(layer + 1)];
      kept = std::max(kept, y_end - group.still_needed(layer + 1));
    });
    for (Value value = begin + 1; value <= end; ++value) {
      int& kept = rows[static_cast<size_t>(value)];
      const int height = ceil_grid(group.size(value - 1).height);
      kept = leaves(value, end) ? height : std::min(height, ceil_grid(kept));
    }
    rows.back() = 0;  // the result
    return rows;
  }

  // Where a group that begins at `begin` best ends: as few numbers as can be pass to later groups;
  // then as late as possible. The group keeps no more for itself than `most`, which the cache
  // holds, unless what passes is very much more: then memory counts.
  int best_end(int begin) const {
    const auto count = static_cast<int>(plan_.layers.size());
    const int64_t most = cut_.group * std::max(640, smallest_.width) / 640;
    int best = begin + 1;
    int64_t least = INT64_MAX;
    for (int end = begin + 1; end <= count; ++end) {
      // Means want the whole value before.
      if (end > begin + 1 && plan_.layers[static_cast<size_t>(end - 1)].normalise > 0) break;
      const std::vector<int> rows = rows_kept(begin, end);
      int64_t inside = 0, passed = 0;
      for (Value value = 1; value <= end; ++value)
        if (leaves(value, end))
          passed += row_numbers(value) * values_[static_cast<size_t>(value)].of(frame_).height;
        else if (value > begin)
          inside += row_numbers(value) * rows[static_cast<size_t>(value)];
      if (inside > std::max(most, least / 8) && end > begin + 1) break;
      if (passed < least || (passed == least && inside <= most)) {
        least = passed;
        best = end;
      }
    }
    return best;
  }

  void add_group(int begin, int end) {
    const auto index = static_cast<int>(schedule_.groups.size());
    const std::vector<int> rows = rows_kept(begin, end);
    for (Value value = begin + 1; value <= end; ++value)
      schedule_.kept[static_cast<size_t>(value)] = {rows[static_cast<size_t>(value)], index, index};
    for (int l = begin; l < end; ++l)
      for (Value value = 1; value <= l; ++value)
        if (last_use_[static_cast<size_t>(value)] == l)
          schedule_.kept[static_cast<size_t>(value)].last = index;

    Group group(plan_, values_, frame_, begin, end);
    const int chunks = std::max(1, smallest_.width / cut_.columns);
    Dependencies dependencies(group, plan_, chunks, schedule_.kept);
    std::vector<Task>& tasks = schedule_.groups.emplace_back();
    group.run(cut_.rows, [&](int layer, int y, int y_end) {
      const Size size = group.size(layer);
      const int columns = cut_.columns * (size.width / smallest_.width);
      for (; y < y_end; y += cut_.rows)
        for (int chunk = 0; chunk < chunks; ++chunk) {
          Task task = {layer,
                       y,
                       std::min(y + cut_.rows, y_end),
                       chunk * columns,
                       chunk + 1 < chunks ? (chunk + 1) * columns : size.width,
                       0};
          task.after = dependencies.before(task, chunk, static_cast<int>(tasks.size()));
          tasks.push_back(task);
        }
    });
  }

  const Plan& plan_;
  const std::vector<Shape>& values_;
  const Size frame_;
  Cut cut_;
  Size smallest_;
  std::vector<int> last_use_;  // the last layer that reads each value
  Schedule schedule_;
};

}  // namespace

Schedule make_schedule(const Plan& plan, const std::vector<Shape>& values, Size frame,
                       const Cut& cut) {
  return Maker(plan, values, frame, cut).make();
}

}  // namespace gan::conv
