// SPDX-License-Identifier: LGPL-2.1-or-later
// The pads of psnrmeter, and what passes over them apart from the measuring.
#pragma once

#include <gst/base/gstaggregator.h>

namespace gan {

// ref_sink, dist_sink and src, always there.
void add_meter_pad_templates(GstElementClass* element);
GstAggregatorPad* add_meter_pad(GstElement* element, const char* name);

// The buffer, or null when it lies outside its segment. Transfer full, both ways.
GstBuffer* clip_to_segment(GstAggregatorPad* pad, GstBuffer* buffer);

// Formats that the elements behind the source pad take. False for other queries than CAPS.
bool answer_caps_query(GstAggregator* aggregator, GstQuery* query);

// The reference's frames may have any layout that a GstVideoMeta describes; those of the processed
// stream go on, so what is behind decides.
gboolean propose_meter_allocation(GstAggregator* aggregator, bool processed, GstQuery* query);

}  // namespace gan
