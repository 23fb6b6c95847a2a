// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame.h"

#include "core/error.h"

namespace gan {
namespace {

// plane, offset, step, depth, shift, shrink
constexpr FormatInfo kFormats[kPixelFormatCount] = {
    {"RGB", Family::kRgb, 1, 3, {{{0, 0, 3}, {0, 1, 3}, {0, 2, 3}}}, false},
    {"BGR", Family::kRgb, 1, 3, {{{0, 2, 3}, {0, 1, 3}, {0, 0, 3}}}, false},
    {"RGBx", Family::kRgb, 1, 3, {{{0, 0, 4}, {0, 1, 4}, {0, 2, 4}}}, false},
    {"BGRx", Family::kRgb, 1, 3, {{{0, 2, 4}, {0, 1, 4}, {0, 0, 4}}}, false},
    {"RGBA", Family::kRgb, 1, 3, {{{0, 0, 4}, {0, 1, 4}, {0, 2, 4}, {0, 3, 4}}}, true},
    {"BGRA", Family::kRgb, 1, 3, {{{0, 2, 4}, {0, 1, 4}, {0, 0, 4}, {0, 3, 4}}}, true},
    {"GRAY8", Family::kGray, 1, 1, {{{0, 0, 1}}}, false},
    {"I420", Family::kYuv, 3, 3, {{{0, 0, 1}, {1, 0, 1, 8, 0, 1}, {2, 0, 1, 8, 0, 1}}}, false},
    {"NV12", Family::kYuv, 2, 3, {{{0, 0, 1}, {1, 0, 2, 8, 0, 1}, {1, 1, 2, 8, 0, 1}}}, false},
    {"GBR", Family::kRgb, 3, 3, {{{2, 0, 1}, {0, 0, 1}, {1, 0, 1}}}, false},
    {"I420_10LE",
     Family::kYuv,
     3,
     3,
     {{{0, 0, 2, 10}, {1, 0, 2, 10, 0, 1}, {2, 0, 2, 10, 0, 1}}},
     false},
    {"P010_10LE",
     Family::kYuv,
     2,
     3,
     {{{0, 0, 2, 10, 6}, {1, 0, 4, 10, 6, 1}, {1, 2, 4, 10, 6, 1}}},
     false},
    {"GBR_10LE", Family::kRgb, 3, 3, {{{2, 0, 2, 10}, {0, 0, 2, 10}, {1, 0, 2, 10}}}, false},
    {"GRAY16_LE", Family::kGray, 1, 1, {{{0, 0, 2, 16}}}, false},
    {"RGBA64_LE",
     Family::kRgb,
     1,
     3,
     {{{0, 0, 8, 16}, {0, 2, 8, 16}, {0, 4, 8, 16}, {0, 6, 8, 16}}},
     true},
};

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
  FrameView result{span.format, span.size, span.colorimetry, {}};
  for (size_t i = 0; i < span.planes.size(); ++i)
    result.planes[i] = {span.planes[i].data, span.planes[i].stride};
  return result;
}

}  // namespace gan
