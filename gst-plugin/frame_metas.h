// SPDX-License-Identifier: LGPL-2.1-or-later
// Which metas of a frame its enlarged frame keeps.
#pragma once

#include <gst/video/video.h>

namespace gan {

struct Frame {
  GstBuffer* buffer;
  GstVideoInfo* info;
};

// TRUE for a meta that is to be copied. Those that lie in the picture are scaled with it, here, and
// those that mean something else than a picture are left behind: FALSE.
gboolean keep_meta(GstMeta* meta, const Frame& in, const Frame& out);

}  // namespace gan
