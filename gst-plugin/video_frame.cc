// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/video_frame.h"

#include "core/error.h"
#include "gst-plugin/cuda/cuda_frames.h"

namespace gan {
namespace {

Matrix matrix_of(const GstVideoInfo& info) {
  switch (info.colorimetry.matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT601:
    case GST_VIDEO_COLOR_MATRIX_FCC: return Matrix::kBt601;
    case GST_VIDEO_COLOR_MATRIX_BT2020: return Matrix::kBt2020;
    case GST_VIDEO_COLOR_MATRIX_RGB: return Matrix::kRgb;
    default: return Matrix::kBt709;
  }
}

}  // namespace

GstCaps* video_template_caps() {
  std::string names;
  for (int i = 0; i < kPixelFormatCount; ++i) {
    const std::string name(gan::info(static_cast<PixelFormat>(i)).name);
    if (gst_video_format_from_string(name.c_str()) != GST_VIDEO_FORMAT_UNKNOWN)
      names += (names.empty() ? "" : ", ") + name;
  }
  const std::string text = "video/x-raw, format=(string){ " + names +
                           " }, width=" GST_VIDEO_SIZE_RANGE ", height=" GST_VIDEO_SIZE_RANGE
                           ", framerate=" GST_VIDEO_FPS_RANGE;
  return gst_caps_from_string(text.c_str());
}

bool video_info_from_caps(GstVideoInfo& info, const GstCaps* caps) {
  if (!gst_video_info_from_caps(&info, caps)) return false;
  const char* const name = gst_structure_get_string(gst_caps_get_structure(caps, 0), "chroma-site");
  const auto site = name ? gst_video_chroma_site_from_string(name) : GST_VIDEO_CHROMA_SITE_UNKNOWN;
  if (site != GST_VIDEO_CHROMA_SITE_UNKNOWN) info.chroma_site = site;
  return true;
}

FrameFormat frame_format(const GstVideoInfo& info) {
  FrameFormat format;
  format.pixels = pixel_format_from_name(gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)));
  format.size = {GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info)};
  format.colorimetry.matrix = matrix_of(info);
  format.colorimetry.range =
      info.colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235 ? Range::kLimited : Range::kFull;
  const auto site = info.chroma_site;
  if (site != GST_VIDEO_CHROMA_SITE_UNKNOWN) {
    format.colorimetry.horizontal =
        site & GST_VIDEO_CHROMA_SITE_H_COSITED ? Siting::kCosited : Siting::kCentre;
    format.colorimetry.vertical =
        site & GST_VIDEO_CHROMA_SITE_V_COSITED ? Siting::kCosited : Siting::kCentre;
  }
  return format;
}

MappedFrame::MappedFrame(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags,
                         Memory memory)
    : format_(frame_format(info)), memory_(memory) {
  const int wanted = flags | (memory == Memory::kDevice ? kMapOnDevice : 0);
  // GstVideoInfo is not const-correct in 1.22; mapping only reads it.
  check(gst_video_frame_map(&frame_, const_cast<GstVideoInfo*>(&info), buffer,
                            static_cast<GstMapFlags>(wanted)),
        ErrorKind::kFailed, "a video frame cannot be mapped into memory");
}

MappedFrame::MappedFrame(MappedFrame&& from) noexcept
    : format_(from.format_), memory_(from.memory_), moved_(from.moved_), frame_(from.frame_) {
  from.frame_.buffer = nullptr;
}

MappedFrame::~MappedFrame() {
  if (frame_.buffer) gst_video_frame_unmap(&frame_);
}

void MappedFrame::move_to(const uint8_t* first) { moved_ = first - view().planes[0].data; }

FrameSpan MappedFrame::span() const {
  FrameSpan span{format_.pixels, format_.size, format_.colorimetry, {}, memory_};
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(&frame_); ++i)
    span.planes[i] = {static_cast<uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, i)) + moved_,
                      GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, i)};
  return span;
}

}  // namespace gan
