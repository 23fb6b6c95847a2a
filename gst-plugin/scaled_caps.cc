// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/scaled_caps.h"

#include <gst/video/video.h>

#include <climits>

namespace gan {
namespace {

struct Mapping {
  bool multiply;
  int scale;

  // False where the side has no counterpart. Sizes that would overflow are cut off.
  bool map(int side, int& out) const {
    if (multiply) {
      if (side > INT_MAX / scale) return false;
      out = side * scale;
      return true;
    }
    out = side / scale;
    return side % scale == 0 && out > 0;
  }
};

bool map_range(const Mapping& mapping, const GValue* from, GValue* to) {
  const int low = gst_value_get_int_range_min(from), high = gst_value_get_int_range_max(from);
  int first = 0, last = 0;
  if (mapping.multiply) {
    if (!mapping.map(low, first)) return false;
    last =
        high > INT_MAX / mapping.scale ? INT_MAX - INT_MAX % mapping.scale : high * mapping.scale;
  } else {
    first = MAX((low + mapping.scale - 1) / mapping.scale, 1);
    last = high / mapping.scale;
  }
  if (first > last) return false;
  if (first == last) {
    g_value_init(to, G_TYPE_INT);
    g_value_set_int(to, first);
  } else {
    g_value_init(to, GST_TYPE_INT_RANGE);
    gst_value_set_int_range_step(to, first, last, mapping.multiply ? mapping.scale : 1);
  }
  return true;
}

bool map_value(const Mapping& mapping, const GValue* from, GValue* to) {
  if (G_VALUE_HOLDS_INT(from)) {
    int side = 0;
    if (!mapping.map(g_value_get_int(from), side)) return false;
    g_value_init(to, G_TYPE_INT);
    g_value_set_int(to, side);
    return true;
  }
  if (GST_VALUE_HOLDS_INT_RANGE(from)) return map_range(mapping, from, to);
  if (!GST_VALUE_HOLDS_LIST(from)) return false;
  g_value_init(to, GST_TYPE_LIST);
  for (guint i = 0; i < gst_value_list_get_size(from); ++i) {
    GValue item = G_VALUE_INIT;
    if (map_value(mapping, gst_value_list_get_value(from, i), &item))
      gst_value_list_append_and_take_value(to, &item);
  }
  const bool any = gst_value_list_get_size(to) > 0;
  if (!any) g_value_unset(to);
  return any;
}

bool map_side(const Mapping& mapping, GstStructure* structure, const char* name) {
  const GValue* side = gst_structure_get_value(structure, name);
  if (!side) return true;
  GValue mapped = G_VALUE_INIT;
  if (!map_value(mapping, side, &mapped)) return false;
  gst_structure_take_value(structure, name, &mapped);
  return true;
}

}  // namespace

GstCaps* scale_caps(GstCaps* caps, GstPadDirection from, int scale) {
  GstCaps* result = gst_caps_new_empty();
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    GstStructure* const structure = gst_structure_copy(gst_caps_get_structure(caps, i));
    bool possible = true;
    if (scale == 0) {
      gst_structure_set(structure, "width", GST_TYPE_INT_RANGE, 1, G_MAXINT, "height",
                        GST_TYPE_INT_RANGE, 1, G_MAXINT, nullptr);
    } else if (scale != 1) {
      const Mapping mapping{from == GST_PAD_SINK, scale};
      possible = map_side(mapping, structure, "width") && map_side(mapping, structure, "height");
    }
    if (possible)
      gst_caps_append_structure_full(result, structure,
                                     gst_caps_features_copy(gst_caps_get_features(caps, i)));
    else
      gst_structure_free(structure);
  }
  return result;
}

gboolean size_of_frame(GstBaseTransform* base, GstPadDirection, GstCaps*, gsize,
                       GstCaps* other_caps, gsize* other_size) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, other_caps)) {
    GST_ERROR_OBJECT(base, "not video caps: %" GST_PTR_FORMAT, other_caps);
    return FALSE;
  }
  *other_size = GST_VIDEO_INFO_SIZE(&info);
  return TRUE;
}

GstCaps* with_interlace_mode(GstCaps* caps) {
  GstCaps* const result = gst_caps_copy(caps);
  for (guint i = 0; i < gst_caps_get_size(result); ++i) {
    GstStructure* const structure = gst_caps_get_structure(result, i);
    if (!gst_structure_has_field(structure, "interlace-mode"))
      gst_structure_set(structure, "interlace-mode", G_TYPE_STRING, "progressive", nullptr);
  }
  return result;
}

}  // namespace gan
