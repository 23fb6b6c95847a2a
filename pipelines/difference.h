// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames as people look at them: RGB, and what differs.
#pragma once

#include "pipelines/media/libav.h"

namespace gan {

// RGB24, full range; the size stays.
UniqueFrame as_rgb(UniqueFrame frame);

// |b - a| of two RGB24 frames of one size, eight times brighter.
UniqueFrame difference(const AVFrame& a, const AVFrame& b);

}  // namespace gan
