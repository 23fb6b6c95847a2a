// SPDX-License-Identifier: LGPL-2.1-or-later
// A frame that owns its bytes, with strides larger than its rows.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "core/frame.h"

namespace gan::test {

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
  const Component& component(int c) const {
    return info(format)
        .component[static_cast<size_t>(c == components() - 1 && info(format).has_alpha ? 3 : c)];
  }
  uint8_t* at(int c, int x, int y) const {
    const Component& part = component(c);
    auto& plane = const_cast<std::vector<uint8_t>&>(planes[part.plane]);
    return plane.data() + y * strides[part.plane] + part.offset + x * part.step;
  }
  int get(int c, int x, int y) const {
    const uint8_t* p = at(c, x, y);
    return component(c).depth > 8 ? (p[0] | p[1] << 8) >> component(c).shift : p[0];
  }
  void set(int c, int x, int y, int value) {
    uint8_t* p = at(c, x, y);
    value <<= component(c).shift;
    p[0] = static_cast<uint8_t>(value);
    if (component(c).depth > 8) p[1] = static_cast<uint8_t>(value >> 8);
  }

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
