// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/frame_metas.h"

namespace gan {
namespace {

int larger(int length, int in_side, int out_side) {
  return static_cast<int>(int64_t{length} * out_side / in_side);
}
int larger_x(int x, const Frame& in, const Frame& out) {
  return larger(x, GST_VIDEO_INFO_WIDTH(in.info), GST_VIDEO_INFO_WIDTH(out.info));
}
int larger_y(int y, const Frame& in, const Frame& out) {
  return larger(y, GST_VIDEO_INFO_HEIGHT(in.info), GST_VIDEO_INFO_HEIGHT(out.info));
}

// The last line of the upper bar and the first of the lower one, counted from 1; or columns.
void enlarge_bars(const GstVideoBarMeta& bars, const Frame& in, const Frame& out) {
  const auto side = bars.is_letterbox ? larger_y : larger_x;
  const auto end = static_cast<int>(bars.bar_data1), begin = static_cast<int>(bars.bar_data2);
  gst_buffer_add_video_bar_meta(out.buffer, bars.field, bars.is_letterbox,
                                static_cast<guint>(side(end, in, out)),
                                static_cast<guint>(begin > 0 ? side(begin - 1, in, out) + 1 : 0));
}

void enlarge_overlay(const GstVideoOverlayCompositionMeta& meta, const Frame& in,
                     const Frame& out) {
  GstVideoOverlayComposition* const larger = gst_video_overlay_composition_new(nullptr);
  for (guint i = 0; i < gst_video_overlay_composition_n_rectangles(meta.overlay); ++i) {
    GstVideoOverlayRectangle* const rectangle = gst_video_overlay_rectangle_copy(
        gst_video_overlay_composition_get_rectangle(meta.overlay, i));
    gint x = 0, y = 0;
    guint width = 0, height = 0;
    gst_video_overlay_rectangle_get_render_rectangle(rectangle, &x, &y, &width, &height);
    gst_video_overlay_rectangle_set_render_rectangle(
        rectangle, larger_x(x, in, out), larger_y(y, in, out),
        static_cast<guint>(larger_x(static_cast<int>(width), in, out)),
        static_cast<guint>(larger_y(static_cast<int>(height), in, out)));
    gst_video_overlay_composition_add_rectangle(larger, rectangle);
    gst_video_overlay_rectangle_unref(rectangle);
  }
  gst_buffer_add_video_overlay_composition_meta(out.buffer, larger);
  gst_video_overlay_composition_unref(larger);
}

}  // namespace

gboolean keep_meta(GstMeta* meta, const Frame& in, const Frame& out) {
  const bool enlarged = GST_VIDEO_INFO_WIDTH(in.info) != GST_VIDEO_INFO_WIDTH(out.info);
  const GType api = meta->info->api;
  if (enlarged && api == GST_VIDEO_BAR_META_API_TYPE) {
    enlarge_bars(*reinterpret_cast<GstVideoBarMeta*>(meta), in, out);
    return FALSE;
  }
  if (enlarged && api == GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE) {
    enlarge_overlay(*reinterpret_cast<GstVideoOverlayCompositionMeta*>(meta), in, out);
    return FALSE;
  }
  // Colours do not change on the way, whatever a meta says of them.
  const char* const of_pictures[] = {GST_META_TAG_VIDEO_STR, GST_META_TAG_VIDEO_SIZE_STR,
                                     GST_META_TAG_VIDEO_ORIENTATION_STR,
                                     GST_META_TAG_VIDEO_COLORSPACE_STR, nullptr};
  const gchar* const* tags = gst_meta_api_type_get_tags(api);
  for (; tags && *tags; ++tags)
    if (!g_strv_contains(of_pictures, *tags)) return FALSE;
  const GQuark size = g_quark_from_static_string(GST_META_TAG_VIDEO_SIZE_STR);
  if (!enlarged || !gst_meta_api_type_has_tag(api, size)) return TRUE;
  GstVideoMetaTransform change = {in.info, out.info};
  if (meta->info->transform_func)
    meta->info->transform_func(out.buffer, meta, in.buffer,
                               gst_video_meta_transform_scale_get_quark(), &change);
  return FALSE;
}

}  // namespace gan
