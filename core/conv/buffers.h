// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the values of a plan lie while it runs.
#pragma once

#include <utility>
#include <vector>

#include "core/conv/kernels.h"
#include "core/conv/memory.h"
#include "core/conv/schedule.h"

namespace gan::conv {

// The rows of a value, as many as are kept of it; see kernels.h for what a row is.
struct Buffer {
  Size size;
  Storage storage = Storage::kFloat;
  int blocks = 0, rows = 0;
  std::byte* data = nullptr;

  ptrdiff_t pixel_bytes() const { return static_cast<ptrdiff_t>(kBlock * bytes_of(storage)); }
  // One pixel at the left, and on the right what whole tiles read beyond the frame.
  ptrdiff_t block_bytes() const {
    return pixel_bytes() * (1 + (size.width + kGrid - 1) / kGrid * kGrid + 1);
  }
  ptrdiff_t row_bytes() const { return block_bytes() * blocks; }
  // Pixel x, from -1 on, of row y, which lies in the frame.
  std::byte* at(int y, int x, int block = 0) const {
    return data + y % rows * row_bytes() + block * block_bytes() + (x + 1) * pixel_bytes();
  }
};

// A plan's values for frames of one size. Values that are never needed at once share memory.
class Buffers {
 public:
  Buffers() = default;
  // Finds their places; allocate() then takes the memory.
  Buffers(const std::vector<Shape>& values, const std::vector<Storage>& storages, Size frame,
          const Schedule& schedule);
  void allocate();

  const Buffer& operator[](Value value) const { return buffers_[static_cast<size_t>(value)]; }
  // Pixels of row y from x on; zeros beyond the frame.
  Row row(Value value, int y, int x) const {
    const Buffer& buffer = (*this)[value];
    if (y < 0 || y >= buffer.size.height) return {zeros_.data() + buffer.pixel_bytes(), 0};
    return {buffer.at(y, x), buffer.block_bytes()};
  }
  size_t bytes() const { return bytes_; }

 private:
  struct Pool {  // memory that values share
    size_t bytes;
    std::vector<std::pair<Value, ptrdiff_t>> values;  // with their places
  };
  std::vector<Buffer> buffers_;
  std::vector<Pool> pools_;
  std::vector<Memory> memory_;
  Memory zeros_;
  size_t longest_ = 0, bytes_ = 0;
};

}  // namespace gan::conv
