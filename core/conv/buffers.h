// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the values of a plan lie while it runs.
#pragma once

#include <utility>
#include <vector>

#include "core/conv/kernels.h"
#include "core/conv/memory.h"
#include "core/conv/schedule.h"

namespace gan::conv {

// How values are stored, and what those see that read beyond their edges, so many pixels.
struct Form {
  Storage storage = Storage::kFloat;
  Padding padding = Padding::kZero;
  int margin = 1;
  bool operator==(const Form&) const = default;
};

// The rows of a value, as many as are kept of it; see kernels.h for what a row is.
struct Buffer {
  Size size;
  Form form;
  int blocks = 0, rows = 0;
  std::byte* data = nullptr;

  ptrdiff_t pixel_bytes() const { return static_cast<ptrdiff_t>(kBlock * bytes_of(form.storage)); }
  // The margin on both sides, and what whole tiles read beyond the frame.
  ptrdiff_t block_bytes() const {
    return pixel_bytes() * (form.margin + (size.width + kGrid - 1) / kGrid * kGrid + form.margin);
  }
  ptrdiff_t row_bytes() const { return block_bytes() * blocks; }
  // Pixel x, from -margin on, of row y, which lies in the frame.
  std::byte* at(int y, int x, int block = 0) const {
    return data + y % rows * row_bytes() + block * block_bytes() +
           (x + form.margin) * pixel_bytes();
  }
};

// A plan's values for frames of one size. Values that are never needed at once share memory.
class Buffers {
 public:
  Buffers() = default;
  // Finds their places; allocate() then takes the memory.
  Buffers(const std::vector<Shape>& values, const std::vector<Form>& forms, Size frame,
          const Schedule& schedule);
  void allocate();

  const Buffer& operator[](Value value) const { return buffers_[static_cast<size_t>(value)]; }
  // Pixels of row y from x on. Beyond the frame and its margin they are zeros.
  Row row(Value value, int y, int x) const {
    const Buffer& buffer = (*this)[value];
    const int height = buffer.size.height, margin = buffer.form.margin;
    const bool near = y >= -margin && y < height + margin;
    const int place = near ? place_of(y, height, buffer.form.padding) : kZeros;
    if (place == kZeros) return {zeros_.data() + margin * buffer.pixel_bytes(), 0};
    return {buffer.at(place, x), buffer.block_bytes()};
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
