// SPDX-License-Identifier: LGPL-2.1-or-later
// The formats of the elements, and frames of GStreamer as test frames see them.
#pragma once

#include <gst/video/video.h>

#include <string>
#include <vector>

#include "tests/core/test_frame.h"

namespace gan::test {

// Those of core/frame.h that this GStreamer knows.
inline std::vector<std::string> known_formats() {
  std::vector<std::string> names;
  for (int i = 0; i < kPixelFormatCount; ++i) {
    const std::string name(info(static_cast<PixelFormat>(i)).name);
    if (gst_video_format_from_string(name.c_str()) != GST_VIDEO_FORMAT_UNKNOWN)
      names.push_back(name);
  }
  return names;
}

inline const FormatInfo& format_named(const std::string& name) {
  return info(pixel_format_from_name(name));
}

// Indices of a format's components; alpha is 3.
inline std::vector<int> components_of(const FormatInfo& format) {
  std::vector<int> all;
  for (int c = 0; c < format.components; ++c) all.push_back(c);
  if (format.has_alpha) all.push_back(3);
  return all;
}

inline Size size_of(const FormatInfo& format, int component, Size frame) {
  return component_size(format.component[static_cast<size_t>(component)], frame);
}

inline FrameSpan span_of(const GstVideoFrame& frame) {
  FrameSpan span{pixel_format_from_name(frame.info.finfo->name),
                 {GST_VIDEO_FRAME_WIDTH(&frame), GST_VIDEO_FRAME_HEIGHT(&frame)},
                 {},
                 {}};
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(&frame); ++i)
    span.planes[i] = {static_cast<uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, i)),
                      GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i)};
  return span;
}

}  // namespace gan::test
