// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/frame_metas.h"

namespace gan {

gboolean keep_meta(GstMeta* meta, const Frame& in, const Frame& out) {
  // Colours do not change on the way, whatever a meta says of them.
  const char* const of_pictures[] = {GST_META_TAG_VIDEO_STR, GST_META_TAG_VIDEO_SIZE_STR,
                                     GST_META_TAG_VIDEO_ORIENTATION_STR,
                                     GST_META_TAG_VIDEO_COLORSPACE_STR, nullptr};
  const gchar* const* tags = gst_meta_api_type_get_tags(meta->info->api);
  for (; tags && *tags; ++tags)
    if (!g_strv_contains(of_pictures, *tags)) return FALSE;
  const GQuark size = g_quark_from_static_string(GST_META_TAG_VIDEO_SIZE_STR);
  const bool enlarged = GST_VIDEO_INFO_WIDTH(in.info) != GST_VIDEO_INFO_WIDTH(out.info);
  if (!enlarged || !gst_meta_api_type_has_tag(meta->info->api, size)) return TRUE;
  GstVideoMetaTransform change = {in.info, out.info};
  if (meta->info->transform_func)
    meta->info->transform_func(out.buffer, meta, in.buffer,
                               gst_video_meta_transform_scale_get_quark(), &change);
  return FALSE;
}

}  // namespace gan
