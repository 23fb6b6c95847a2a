// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/video_source.h"

namespace gan {

GstCaps* fixate_source_caps(GstCaps* caps, Size size) {
  caps = gst_caps_make_writable(caps);
  GstStructure* const structure = gst_caps_get_structure(caps, 0);
  gst_structure_fixate_field_nearest_int(structure, "width", size.width);
  gst_structure_fixate_field_nearest_int(structure, "height", size.height);
  gst_structure_fixate_field_nearest_fraction(structure, "framerate", 30, 1);
  if (gst_structure_has_field(structure, "pixel-aspect-ratio"))
    gst_structure_fixate_field_nearest_fraction(structure, "pixel-aspect-ratio", 1, 1);
  else
    gst_structure_set(structure, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, nullptr);
  if (gst_structure_has_field(structure, "interlace-mode"))
    gst_structure_fixate_field_string(structure, "interlace-mode", "progressive");
  else
    gst_structure_set(structure, "interlace-mode", G_TYPE_STRING, "progressive", nullptr);
  for (const char* field : {"colorimetry", "chroma-site"})
    if (gst_structure_has_field(structure, field)) gst_structure_fixate_field(structure, field);
  return caps;
}

GstClockTime time_of_frame(const GstVideoInfo& info, gint64 frame) {
  return gst_util_uint64_scale(frame, GST_SECOND * info.fps_d, info.fps_n);
}

gint64 frame_at_time(const GstVideoInfo& info, GstClockTime time, bool backwards) {
  if (info.fps_n == 0) return 0;
  // Timestamps are rounded down, so the frame that dividing gives may be one too early.
  auto frame =
      static_cast<gint64>(gst_util_uint64_scale(time, info.fps_n, GST_SECOND * info.fps_d));
  if (time_of_frame(info, frame + 1) <= time) ++frame;
  if (!backwards) return frame;
  return time_of_frame(info, frame) < time ? frame : frame - 1;
}

void stamp_frame(const GstVideoInfo& info, gint64 frame, GstBuffer* buffer) {
  const bool timed = info.fps_n != 0;
  const GstClockTime begin = timed ? time_of_frame(info, frame) : 0;
  GST_BUFFER_PTS(buffer) = begin;
  GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(buffer) =
      timed ? time_of_frame(info, frame + 1) - begin : GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET(buffer) = frame;
  GST_BUFFER_OFFSET_END(buffer) = frame + 1;
}

namespace {

bool answer_duration(GstBaseSrc* source, const GstVideoInfo& info, GstQuery* query) {
  const gint64 frames = source->num_buffers;
  if (frames < 0) return false;
  GstFormat format;
  gst_query_parse_duration(query, &format, nullptr);
  switch (format) {
    case GST_FORMAT_TIME:
      gst_query_set_duration(query, format, info.fps_n ? time_of_frame(info, frames) : 0);
      return true;
    case GST_FORMAT_DEFAULT: gst_query_set_duration(query, format, frames); return true;
    case GST_FORMAT_BYTES:
      gst_query_set_duration(query, format,
                             frames * static_cast<gint64>(GST_VIDEO_INFO_SIZE(&info)));
      return true;
    default: return false;
  }
}

bool answer_convert(const GstVideoInfo& info, GstQuery* query) {
  GstFormat from, to;
  gint64 value = 0, converted = 0;
  gst_query_parse_convert(query, &from, &value, &to, nullptr);
  if (!gst_video_info_convert(&info, from, value, to, &converted)) return false;
  gst_query_set_convert(query, from, value, to, converted);
  return true;
}

}  // namespace

bool answer_source_query(GstBaseSrc* source, const GstVideoInfo& info, GstQuery* query) {
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_LATENCY: {
      if (info.fps_n == 0) return false;
      const bool live = gst_base_src_is_live(source);
      gst_query_set_latency(query, live, live ? time_of_frame(info, 1) : 0, GST_CLOCK_TIME_NONE);
      return true;
    }
    case GST_QUERY_DURATION: return answer_duration(source, info, query);
    case GST_QUERY_CONVERT: return answer_convert(info, query);
    default: return false;
  }
}

}  // namespace gan
