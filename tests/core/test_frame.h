// SPDX-License-Identifier: LGPL-2.1-or-later
// Samples of a frame one by one, and a frame that owns its bytes, with strides larger than its
// rows.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "core/frame.h"
#include "core/packed_words.h"

namespace gan::test {

// Bits of one sample in little-endian memory.
struct SamplePlace {
  uint8_t* bytes;
  int size;  // bytes
  int shift, depth;

  int get() const {
    uint32_t all = 0;
    for (int i = 0; i < size; ++i) all |= uint32_t{bytes[i]} << 8 * i;
    return static_cast<int>(all >> shift & ((1u << depth) - 1));
  }
  // Bits that are no other sample's become 0.
  void set(int value) const {
    uint32_t all = 0;
    if (size == 4)
      for (int i = 0; i < size; ++i) all |= uint32_t{bytes[i]} << 8 * i;
    all = (all & ~(((1u << depth) - 1) << shift)) | static_cast<uint32_t>(value) << shift;
    for (int i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(all >> 8 * i);
  }
};

// component: 3 is alpha.
inline SamplePlace place_of(const FrameSpan& frame, int component, int x, int y) {
  const FormatInfo& format = info(frame.format);
  const Component& c = format.component[static_cast<size_t>(component)];
  uint8_t* const row = frame.planes[c.plane].data + y * frame.planes[c.plane].stride;
  const int offset = c.offset + x * c.step;
  if (format.word_group > 0)
    return {row + offset / 2 / 3 * 4, 4, offset / 2 % 3 * 10 + c.shift, c.depth};
  return {row + offset, c.depth > 8 ? 2 : 1, c.shift, c.depth};
}

struct TestFrame {
  PixelFormat format;
  Size size;
  Colorimetry colorimetry;
  std::vector<std::vector<uint8_t>> planes;
  std::vector<ptrdiff_t> strides;

  TestFrame(PixelFormat f, Size s, Colorimetry c) : format(f), size(s), colorimetry(c) {
    const FormatInfo& format_info = info(f);
    for (int plane = 0; plane < format_info.planes; ++plane) {
      ptrdiff_t stride = 0;
      int rows = 0;
      for (int i = 0; i < 4; ++i) {
        const Component& component = format_info.component[static_cast<size_t>(i)];
        if (component.plane != plane || component.step == 0) continue;
        const Size component_sides = component_size(component, s);
        stride = std::max<ptrdiff_t>(stride, ptrdiff_t{component.step} * component_sides.width);
        rows = std::max(rows, component_sides.height);
      }
      if (format_info.word_group > 0) stride = samples_in_words(format_info, s.width) / 3 * 4;
      strides.push_back(stride + 6);
      planes.emplace_back(static_cast<size_t>(strides.back() * rows), uint8_t{0});
    }
  }

  FrameSpan span() {
    FrameSpan result{format, size, colorimetry, {}};
    for (size_t i = 0; i < planes.size(); ++i) result.planes[i] = {planes[i].data(), strides[i]};
    return result;
  }
  FrameView view() const { return gan::view(const_cast<TestFrame*>(this)->span()); }

  int components() const { return info(format).components + (info(format).has_alpha ? 1 : 0); }
  int index(int c) const { return c == components() - 1 && info(format).has_alpha ? 3 : c; }
  const Component& component(int c) const {
    return info(format).component[static_cast<size_t>(index(c))];
  }
  int get(int c, int x, int y) const {
    return place_of(const_cast<TestFrame*>(this)->span(), index(c), x, y).get();
  }
  void set(int c, int x, int y, int value) { place_of(span(), index(c), x, y).set(value); }

  template <class Function>
  void each(const Function& function) const {
    for (int c = 0; c < components(); ++c) {
      const Size sides = component_size(component(c), size);
      for (int y = 0; y < sides.height; ++y)
        for (int x = 0; x < sides.width; ++x) function(c, x, y);
    }
  }
  void set_all(int a, int b, int c) {
    const int values[] = {a, b, c, 255};
    each([&](int i, int x, int y) { set(i, x, y, values[i]); });
  }
  void fill_random(unsigned seed) {
    std::mt19937 random(seed);
    each([&](int c, int x, int y) {
      set(c, x, y, static_cast<int>(random() % (1u << component(c).depth)));
    });
  }
  // Luma x, neutral chroma.
  void fill_grey_ramp() {
    const int unit = 1 << (component(0).depth - 8);
    each([&](int c, int x, int y) { set(c, x, y, c == 0 ? x * unit : 128 * unit); });
  }
  int largest_difference(const TestFrame& other) const {
    int largest = 0;
    each([&](int c, int x, int y) {
      largest = std::max(largest, std::abs(get(c, x, y) - other.get(c, x, y)));
    });
    return largest;
  }
};

}  // namespace gan::test
