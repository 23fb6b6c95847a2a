// SPDX-License-Identifier: LGPL-2.1-or-later
// Interlaced or not.
#pragma once

#include <vector>

#include "pipelines/media/libav.h"

namespace gan {

// Whether the two fields of frames that are marked interlaced show two moments, as FFmpeg's filter
// idet sees it. Films of 25 frames a second are broadcast as if they did; their frames are whole as
// they are. Frames of another kind than the first end the looking; where nothing moves, the mark
// counts.
bool show_two_moments(const std::vector<UniqueFrame>& frames, AVRational time_base);

}  // namespace gan
