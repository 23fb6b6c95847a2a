// SPDX-License-Identifier: LGPL-2.1-or-later
// Video frames as borrowed memory: what the elements hand to the engine and the meters.
// Nothing here owns pixels; a view is valid as long as the buffer it was made from stays mapped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gan {

struct Size {
  int width = 0;   // pixels
  int height = 0;  // pixels
  bool operator==(const Size&) const = default;
  int64_t area() const { return int64_t{width} * height; }
};

inline Size scaled(Size size, int scale) { return {size.width * scale, size.height * scale}; }

// The formats all elements share, in the order of the table in frame.cc; names are GStreamer's.
enum class PixelFormat : uint8_t {
  kRGB,
  kBGR,
  kRGBx,
  kBGRx,
  kxRGB,
  kxBGR,
  kRGBA,
  kBGRA,
  kARGB,
  kABGR,
  kGRAY8,
  kI420,
  kYV12,
  kNV12,
  kNV21,
  kY42B,
  kNV16,
  kYUY2,
  kUYVY,
  kY444,
  kAYUV,
  kGBR,
  kGBRA,
  kI420_10LE,
  kP010_10LE,
  kI422_10LE,
  kv210,
  kY444_10LE,
  kGBR_10LE,
  kGBRA_10LE,
  kGRAY10_LE16,
  kGRAY10_LE32,
  kI420_12LE,
  kP012_LE,
  kI422_12LE,
  kY444_12LE,
  kGBR_12LE,
  kGBRA_12LE,
  kP016_LE,
  kGRAY16_LE,
  kRGBA64_LE,
};
inline constexpr int kPixelFormatCount = static_cast<int>(PixelFormat::kRGBA64_LE) + 1;

// YCbCr matrix. RGB and grey formats carry kRgb.
enum class Matrix : uint8_t { kRgb, kBt601, kBt709, kBt2020 };
enum class Range : uint8_t { kFull, kLimited };
enum class Siting : uint8_t { kCentre, kCosited };  // of a chroma sample between two luma samples

struct Colorimetry {
  Matrix matrix = Matrix::kRgb;
  Range range = Range::kFull;
  Siting horizontal = Siting::kCosited;  // MPEG-2 default: left
  Siting vertical = Siting::kCentre;
  bool operator==(const Colorimetry&) const = default;
};

// Where one component's samples lie. Samples of up to 8 bits take one byte, deeper ones two
// (little-endian). value = (sample >> shift) & ((1 << depth) - 1).
struct Component {
  uint8_t plane = 0;
  uint8_t offset = 0;    // bytes from the start of the row
  uint8_t step = 0;      // bytes from one sample to the next
  uint8_t depth = 8;     // bits
  uint8_t shift = 0;     // bits
  uint8_t shrink_x = 0;  // the component is 1 << shrink_x times narrower than the frame
  uint8_t shrink_y = 0;  // and 1 << shrink_y times lower
};

enum class Family : uint8_t { kRgb, kYuv, kGray };

struct FormatInfo {
  PixelFormat format;
  std::string_view name;
  Family family;
  int planes;
  int components;                      // without alpha: 3 or 1; in order R G B, or Y U V, or grey
  std::array<Component, 4> component;  // component[3] is alpha where has_alpha
  bool has_alpha;
  // Not 0: three samples of 10 bits lie in each word of 32 bits, and a row has a whole number of
  // groups of so many words. Components then tell of the row unpacked (core/packed_words.h).
  int word_group;
  int depth() const { return component[0].depth; }
};

const FormatInfo& info(PixelFormat format);

// Format of that GStreamer name; throws Error(kSettings) naming the known ones.
PixelFormat pixel_format_from_name(std::string_view name);

// Size of one component's plane in samples: chroma of odd frames is rounded up.
inline Size component_size(const Component& component, Size frame) {
  const auto shrunk = [](int side, int shrink) { return (side + (1 << shrink) - 1) >> shrink; };
  return {shrunk(frame.width, component.shrink_x), shrunk(frame.height, component.shrink_y)};
}

// Where a frame's bytes lie: in the host's memory, or in that of the engine's device, whose
// addresses the host must not follow.
enum class Memory : uint8_t { kHost, kDevice };

template <class Byte>
struct BasicFrame {
  struct Plane {
    Byte* data = nullptr;
    ptrdiff_t stride = 0;  // bytes from one row to the next
  };
  PixelFormat format = PixelFormat::kRGB;
  Size size;
  Colorimetry colorimetry;
  std::array<Plane, 4> planes;
  Memory memory = Memory::kHost;
};

using FrameView = BasicFrame<const uint8_t>;  // read
using FrameSpan = BasicFrame<uint8_t>;        // write

FrameView view(const FrameSpan& span);

}  // namespace gan
