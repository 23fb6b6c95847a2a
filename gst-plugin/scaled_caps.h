// SPDX-License-Identifier: LGPL-2.1-or-later
// Caps of frames that a network makes `scale` times larger.
#pragma once

#include <gst/gst.h>

namespace gan {

// Caps on the other side of the element: width and height multiplied by `scale` (sink to src) or
// divided (src to sink; sizes that are no multiples fall out). Ints, ranges and lists are mapped;
// all else stays. scale 0 means not known yet: any size. Transfer full.
GstCaps* scale_caps(GstCaps* caps, GstPadDirection from, int scale);

// The same caps, where those that do not say are progressive.
GstCaps* with_interlace_mode(GstCaps* caps);

}  // namespace gan
