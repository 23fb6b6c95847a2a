// SPDX-License-Identifier: LGPL-2.1-or-later
// What every source of raw video does beside making frames: caps, timestamps, queries, as
// videotestsrc does them.
#pragma once

#include <gst/base/gstbasesrc.h>
#include <gst/video/video.h>

#include "core/frame.h"

namespace gan {

// Caps nearest to that size, 30 frames a second, square pixels, progressive; takes `caps` over.
GstCaps* fixate_source_caps(GstCaps* caps, Size size);

// Start of frame k from 0. The framerate must not be 0.
GstClockTime time_of_frame(const GstVideoInfo& info, gint64 frame);
// The frame that is shown at a time; backwards, the last one that begins before it (-1: none).
// With framerate 0 there is only frame 0.
gint64 frame_at_time(const GstVideoInfo& info, GstClockTime time, bool backwards);

// Timestamps and offsets of frame k, which lasts without end where the framerate is 0.
void stamp_frame(const GstVideoInfo& info, gint64 frame, GstBuffer* buffer);

// Latency, duration (where num-buffers is set) and convert. False for what it does not answer.
bool answer_source_query(GstBaseSrc* source, const GstVideoInfo& info, GstQuery* query);

}  // namespace gan
