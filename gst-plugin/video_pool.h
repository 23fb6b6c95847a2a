// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/video.h>

namespace gan {

// Puts a pool of video buffers of that kind into the answer of an allocation query: the one that
// was proposed, or one of our own. Where the asker knows GstVideoMeta, buffers may have rows of
// another pitch than `info` says, and the meta tells.
void decide_video_pool(GstQuery* query, const GstVideoInfo& info);

}  // namespace gan
