// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame.h"

#include <algorithm>
#include <initializer_list>

#include "core/error.h"

namespace gan {
namespace {

using Components = std::array<Component, 4>;
// Of R G B A or Y U V A, or grey; alpha is left out where there is none.
using Places = std::initializer_list<int>;

struct Shrink {
  int x, y;
};
constexpr Shrink k420{1, 1}, k422{1, 0}, k444{0, 0};

struct Sample {
  int depth = 8, shift = 0;  // bits
  constexpr int bytes() const { return depth > 8 ? 2 : 1; }
};

struct Place {
  int plane, offset, step;  // the last two in samples
};

constexpr Component component(Place place, Sample sample, Shrink shrink = k444) {
  const auto byte = [](int value) { return static_cast<uint8_t>(value); };
  return {byte(place.plane),
          byte(place.offset * sample.bytes()),
          byte(place.step * sample.bytes()),
          byte(sample.depth),
          byte(sample.shift),
          byte(shrink.x),
          byte(shrink.y)};
}

// All components in one plane, each pixel `step` samples.
constexpr Components interleaved(Places offsets, int step, Sample sample = {}) {
  Components result{};
  for (size_t i = 0; i < offsets.size(); ++i)
    result[i] = component({0, offsets.begin()[i], step}, sample);
  return result;
}

// Each component in a plane of its own.
constexpr Components planar(Places planes, Sample sample = {}, Shrink chroma = k444) {
  Components result{};
  for (size_t i = 0; i < planes.size(); ++i)
    result[i] = component({planes.begin()[i], 0, 1}, sample, i == 1 || i == 2 ? chroma : k444);
  return result;
}

// Luma in the first plane, pairs of chroma in the second.
constexpr Components semi_planar(Places chroma_offsets, Shrink chroma, Sample sample = {}) {
  return {component({0, 0, 1}, sample),
          component({1, chroma_offsets.begin()[0], 2}, sample, chroma),
          component({1, chroma_offsets.begin()[1], 2}, sample, chroma)};
}

// 4:2:2 in one plane: two pixels are four samples.
constexpr Components macropixels(Places offsets, Sample sample = {}) {
  return {component({0, offsets.begin()[0], 2}, sample),
          component({0, offsets.begin()[1], 4}, sample, k422),
          component({0, offsets.begin()[2], 4}, sample, k422)};
}

constexpr FormatInfo row(PixelFormat format, std::string_view name, Family family,
                         const Components& components, int word_group = 0) {
  int planes = 0;
  for (const Component& one : components) planes = std::max(planes, one.plane + 1);
  return {format,
          name,
          family,
          planes,
          family == Family::kGray ? 1 : 3,
          components,
          components[3].step > 0,
          word_group};
}

using enum PixelFormat;
constexpr Family kRgb = Family::kRgb, kYuv = Family::kYuv, kGray = Family::kGray;
constexpr Sample k10{10}, k12{12}, k16{16}, kHigh10{10, 6}, kHigh12{12, 4};

constexpr FormatInfo kFormats[] = {
    row(kRGB, "RGB", kRgb, interleaved({0, 1, 2}, 3)),
    row(kBGR, "BGR", kRgb, interleaved({2, 1, 0}, 3)),
    row(kRGBx, "RGBx", kRgb, interleaved({0, 1, 2}, 4)),
    row(kBGRx, "BGRx", kRgb, interleaved({2, 1, 0}, 4)),
    row(kxRGB, "xRGB", kRgb, interleaved({1, 2, 3}, 4)),
    row(kxBGR, "xBGR", kRgb, interleaved({3, 2, 1}, 4)),
    row(kRGBA, "RGBA", kRgb, interleaved({0, 1, 2, 3}, 4)),
    row(kBGRA, "BGRA", kRgb, interleaved({2, 1, 0, 3}, 4)),
    row(kARGB, "ARGB", kRgb, interleaved({1, 2, 3, 0}, 4)),
    row(kABGR, "ABGR", kRgb, interleaved({3, 2, 1, 0}, 4)),
    row(kGRAY8, "GRAY8", kGray, planar({0})),
    row(kI420, "I420", kYuv, planar({0, 1, 2}, {}, k420)),
    row(kYV12, "YV12", kYuv, planar({0, 2, 1}, {}, k420)),
    row(kNV12, "NV12", kYuv, semi_planar({0, 1}, k420)),
    row(kNV21, "NV21", kYuv, semi_planar({1, 0}, k420)),
    row(kY42B, "Y42B", kYuv, planar({0, 1, 2}, {}, k422)),
    row(kNV16, "NV16", kYuv, semi_planar({0, 1}, k422)),
    row(kYUY2, "YUY2", kYuv, macropixels({0, 1, 3})),
    row(kUYVY, "UYVY", kYuv, macropixels({1, 0, 2})),
    row(kY444, "Y444", kYuv, planar({0, 1, 2})),
    row(kAYUV, "AYUV", kYuv, interleaved({1, 2, 3, 0}, 4)),
    row(kGBR, "GBR", kRgb, planar({2, 0, 1})),
    row(kGBRA, "GBRA", kRgb, planar({2, 0, 1, 3})),
    row(kI420_10LE, "I420_10LE", kYuv, planar({0, 1, 2}, k10, k420)),
    row(kP010_10LE, "P010_10LE", kYuv, semi_planar({0, 1}, k420, kHigh10)),
    row(kI422_10LE, "I422_10LE", kYuv, planar({0, 1, 2}, k10, k422)),
    row(kv210, "v210", kYuv, macropixels({1, 0, 2}, k10), 4),
    row(kY444_10LE, "Y444_10LE", kYuv, planar({0, 1, 2}, k10)),
    row(kGBR_10LE, "GBR_10LE", kRgb, planar({2, 0, 1}, k10)),
    row(kGBRA_10LE, "GBRA_10LE", kRgb, planar({2, 0, 1, 3}, k10)),
    row(kGRAY10_LE16, "GRAY10_LE16", kGray, planar({0}, k10)),
    row(kGRAY10_LE32, "GRAY10_LE32", kGray, planar({0}, k10), 1),
    row(kI420_12LE, "I420_12LE", kYuv, planar({0, 1, 2}, k12, k420)),
    row(kP012_LE, "P012_LE", kYuv, semi_planar({0, 1}, k420, kHigh12)),
    row(kI422_12LE, "I422_12LE", kYuv, planar({0, 1, 2}, k12, k422)),
    row(kY444_12LE, "Y444_12LE", kYuv, planar({0, 1, 2}, k12)),
    row(kGBR_12LE, "GBR_12LE", kRgb, planar({2, 0, 1}, k12)),
    row(kGBRA_12LE, "GBRA_12LE", kRgb, planar({2, 0, 1, 3}, k12)),
    row(kP016_LE, "P016_LE", kYuv, semi_planar({0, 1}, k420, k16)),
    row(kGRAY16_LE, "GRAY16_LE", kGray, planar({0}, k16)),
    row(kRGBA64_LE, "RGBA64_LE", kRgb, interleaved({0, 1, 2, 3}, 4, k16)),
};

constexpr bool in_order_of_the_enum() {
  int count = 0;
  for (const FormatInfo& format : kFormats)
    if (static_cast<int>(format.format) != count++) return false;
  return count == kPixelFormatCount;
}
static_assert(in_order_of_the_enum());

}  // namespace

const FormatInfo& info(PixelFormat format) { return kFormats[static_cast<int>(format)]; }

PixelFormat pixel_format_from_name(std::string_view name) {
  for (int i = 0; i < kPixelFormatCount; ++i)
    if (kFormats[i].name == name) return static_cast<PixelFormat>(i);
  std::string known;
  for (const FormatInfo& format : kFormats)
    known += (known.empty() ? "" : ", ") + std::string(format.name);
  fail(ErrorKind::kSettings, "pixel format must be one of ", known, "; got ", name);
}

FrameView view(const FrameSpan& span) {
  FrameView result{span.format, span.size, span.colorimetry, {}, span.memory};
  for (size_t i = 0; i < span.planes.size(); ++i)
    result.planes[i] = {span.planes[i].data, span.planes[i].stride};
  return result;
}

}  // namespace gan
