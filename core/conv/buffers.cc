// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/buffers.h"

#include <algorithm>

namespace gan::conv {
namespace {

// Rows of blocks of one size and form: where zeros lie beyond the frame they are written by no
// layer and so stay zero, whatever value has the rows.
struct Alike {
  Size size;
  Form form;
  std::vector<Value> values;
};

struct Place {
  ptrdiff_t begin, end;  // in rows of a block
  int last;              // group that still needs it
};

// The first gap among `taken`, in order of their begin, for `rows` from group `first` on.
ptrdiff_t first_gap(std::vector<Place>& taken, ptrdiff_t rows, int first) {
  std::erase_if(taken, [&](const Place& place) { return place.last < first; });
  ptrdiff_t begin = 0;
  for (const Place& place : taken) {
    if (place.begin - begin >= rows) break;
    begin = place.end;
  }
  return begin;
}

}  // namespace

Buffers::Buffers(const std::vector<Shape>& values, const std::vector<Form>& forms, Size frame,
                 const Schedule& schedule)
    : buffers_(values.size()) {
  std::vector<Alike> pools;
  ptrdiff_t longest = 0;
  for (Value value = 1; value < static_cast<Value>(values.size()); ++value) {
    const auto v = static_cast<size_t>(value);
    if (schedule.kept[v].rows == 0) continue;
    Buffer& buffer = buffers_[v];
    buffer = {.size = values[v].of(frame),
              .form = forms[v],
              .blocks = (values[v].channels + kBlock - 1) / kBlock,
              .rows = schedule.kept[v].rows};
    // Read from the margin on, wherever in the frame.
    longest =
        std::max(longest, buffer.block_bytes() + 2 * buffer.form.margin * buffer.pixel_bytes());
    auto pool = std::find_if(pools.begin(), pools.end(), [&](const Alike& p) {
      return p.size == buffer.size && p.form == buffer.form;
    });
    if (pool == pools.end()) pool = pools.insert(pool, {buffer.size, buffer.form, {}});
    pool->values.push_back(value);
  }
  longest_ = bytes_ = static_cast<size_t>(longest);
  for (const Alike& pool : pools) {
    // Layers come in the order of their groups.
    std::vector<Place> taken;
    const ptrdiff_t row = (*this)[pool.values[0]].block_bytes();
    Pool& shared = pools_.emplace_back();
    ptrdiff_t end = 0;
    for (const Value value : pool.values) {
      const Kept& kept = schedule.kept[static_cast<size_t>(value)];
      const ptrdiff_t rows = ptrdiff_t{kept.rows} * (*this)[value].blocks;
      const ptrdiff_t begin = first_gap(taken, rows, kept.first);
      const Place place = {begin, begin + rows, kept.last};
      taken.insert(std::find_if(taken.begin(), taken.end(),
                                [&](const Place& other) { return other.begin > begin; }),
                   place);
      shared.values.emplace_back(value, begin * row);
      end = std::max(end, place.end);
    }
    shared.bytes = static_cast<size_t>(end * row);
    bytes_ += shared.bytes;
  }
}

void Buffers::allocate() {
  zeros_ = Memory(longest_);
  for (const Pool& pool : pools_) {
    std::byte* const data = memory_.emplace_back(pool.bytes).data();
    for (const auto& [value, place] : pool.values)
      buffers_[static_cast<size_t>(value)].data = data + place;
  }
}

}  // namespace gan::conv
