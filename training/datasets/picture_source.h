// SPDX-License-Identifier: LGPL-2.1-or-later
// Where data sets get their pictures: picture files in a folder, or the frames of a video file.
#pragma once

#include <string>
#include <vector>

#include "core/image_file.h"

namespace gan::training {

// Pictures of the folder and its sub-folders; of a video file its frames, named "clip.mp4#0",
// "clip.mp4#1", ..., at most kMostFrames of them, spread evenly. Throws Error(kData)
// when there is no such folder or the file is no video.
inline constexpr int kMostFrames = 2000;
std::vector<std::string> list_pictures(const std::string& folder_or_video);

// A picture by such a name, as read_image_8bit and read_image give it. Thread-safe.
Bytes8 read_picture_8bit(const std::string& name);
Picture read_picture(const std::string& name);

}  // namespace gan::training
