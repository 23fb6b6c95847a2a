// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/meter_pads.h"

#include <gst/video/video.h>

#include "gst-plugin/video_frame.h"

namespace gan {

void add_meter_pad_templates(GstElementClass* element) {
  GstCaps* const caps = video_template_caps();
  const auto add = [&](const char* name, GstPadDirection direction) {
    gst_element_class_add_pad_template(
        element, gst_pad_template_new_with_gtype(name, direction, GST_PAD_ALWAYS, caps,
                                                 GST_TYPE_AGGREGATOR_PAD));
  };
  add("ref_sink", GST_PAD_SINK);
  add("dist_sink", GST_PAD_SINK);
  add("src", GST_PAD_SRC);
  gst_caps_unref(caps);
}

GstAggregatorPad* add_meter_pad(GstElement* element, const char* name) {
  GstPadTemplate* const pad_template =
      gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(element), name);
  auto* const pad =
      GST_AGGREGATOR_PAD(g_object_new(GST_TYPE_AGGREGATOR_PAD, "name", name, "direction",
                                      GST_PAD_SINK, "template", pad_template, nullptr));
  gst_element_add_pad(element, GST_PAD(pad));
  return pad;
}

GstBuffer* clip_to_segment(GstAggregatorPad* pad, GstBuffer* buffer) {
  const GstSegment& segment = pad->segment;
  if (!GST_BUFFER_PTS_IS_VALID(buffer) || segment.format != GST_FORMAT_TIME) return buffer;
  const GstClockTime start = GST_BUFFER_PTS(buffer), duration = GST_BUFFER_DURATION(buffer);
  const GstClockTime stop = GST_CLOCK_TIME_IS_VALID(duration) ? start + duration : start;
  guint64 clipped_start, clipped_stop;
  if (gst_segment_clip(&segment, GST_FORMAT_TIME, start, stop, &clipped_start, &clipped_stop))
    return buffer;
  gst_buffer_unref(buffer);
  return nullptr;
}

bool answer_caps_query(GstAggregator* aggregator, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS) return false;
  GstCaps* filter = nullptr;
  gst_query_parse_caps(query, &filter);
  GstPad* const source = GST_AGGREGATOR_SRC_PAD(aggregator);
  GstCaps* const ours = gst_pad_get_pad_template_caps(source);
  GstCaps* const wanted =
      filter ? gst_caps_intersect_full(filter, ours, GST_CAPS_INTERSECT_FIRST) : gst_caps_ref(ours);
  GstCaps* const behind = gst_pad_peer_query_caps(source, wanted);
  GstCaps* const both = gst_caps_intersect_full(wanted, behind, GST_CAPS_INTERSECT_FIRST);
  gst_query_set_caps_result(query, both);
  for (GstCaps* caps : {ours, wanted, behind, both}) gst_caps_unref(caps);
  return true;
}

gboolean propose_meter_allocation(GstAggregator* aggregator, bool processed, GstQuery* query) {
  if (processed) return gst_pad_peer_query(GST_AGGREGATOR_SRC_PAD(aggregator), query);
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

}  // namespace gan
