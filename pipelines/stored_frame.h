// SPDX-License-Identifier: LGPL-2.1-or-later
// Picture files of core as frames and back.
#pragma once

#include "core/image_file.h"
#include "pipelines/media/libav.h"

namespace gan {

// Full range, sRGB.
UniqueFrame frame_of(const StoredImage& image);

// Of a frame in the format that `format` names.
StoredImage image_of(const AVFrame& frame, PixelFormat format);

}  // namespace gan
