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

void decide_source_pool(GstQuery* query, const GstVideoInfo& info) {
  GstBufferPool* pool = nullptr;
  guint size = GST_VIDEO_INFO_SIZE(&info), least = 0, most = 0;
  const gboolean proposed = gst_query_get_n_allocation_pools(query) > 0;
  if (proposed) {
    gst_query_parse_nth_allocation_pool(query, 0, &pool, &size, &least, &most);
    size = MAX(size, GST_VIDEO_INFO_SIZE(&info));
  }
  if (!pool) pool = gst_video_buffer_pool_new();
  GstStructure* const config = gst_buffer_pool_get_config(pool);
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  gst_buffer_pool_config_set_params(config, caps, size, least, most);
  if (gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr))
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_set_config(pool, config);
  if (proposed)
    gst_query_set_nth_allocation_pool(query, 0, pool, size, least, most);
  else
    gst_query_add_allocation_pool(query, pool, size, least, most);
  gst_object_unref(pool);
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
