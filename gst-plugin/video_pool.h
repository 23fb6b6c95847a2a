// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/video.h>

namespace gan {

// What the asker of a pool needs beyond what the element behind does.
struct PoolNeeds {
  guint held = 0;                     // buffers that it holds at once
  GstAllocator* allocator = nullptr;  // whose memory it writes best; null: any
  GstBufferPool* pool = nullptr;      // that it wants; null: any
};

// Puts a pool of video buffers of that kind into the answer of an allocation query: the one that
// was proposed, or one of our own where none was, where it has too few, or where another's memory
// is wanted. Where the asker knows GstVideoMeta, buffers may have rows of another
// pitch than `info` says, and the meta tells.
void decide_video_pool(GstQuery* query, const GstVideoInfo& info, const PoolNeeds& needs = {});

}  // namespace gan
