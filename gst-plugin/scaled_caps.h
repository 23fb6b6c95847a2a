// SPDX-License-Identifier: LGPL-2.1-or-later
// Caps of frames that a network makes `scale` times larger.
#pragma once

#include <gst/base/gstbasetransform.h>

namespace gan {

// Caps on the other side of the element: width and height multiplied by `scale` (sink to src) or
// divided (src to sink; sizes that are no multiples fall out). Ints, ranges and lists are mapped;
// all else stays. scale 0 means not known yet: any size. Transfer full.
GstCaps* scale_caps(GstCaps* caps, GstPadDirection from, int scale);

// GstBaseTransform's transform_size: a buffer is one frame whatever its bytes are, for decoders pad
// rows and planes (GstVideoMeta tells).
gboolean size_of_frame(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps, gsize size,
                       GstCaps* other_caps, gsize* other_size);

// The same caps, where those that do not say are progressive.
GstCaps* with_interlace_mode(GstCaps* caps);

}  // namespace gan
