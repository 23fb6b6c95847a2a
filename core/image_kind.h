// SPDX-License-Identifier: LGPL-2.1-or-later
// What a picture file is by its first bytes.
#pragma once

#include <string>

namespace gan {

// Throws Error before a decoder makes less of a file than it should: kNotFound; kData for an empty
// file or a JPEG that was cut short, which a decoder would fill with grey; kUnavailable for kinds
// that are known and not read, by their names.
void check_picture_bytes(const std::string& path);

// Whether the name is a picture's (is_image_name() in image_file.h) and the file, where it is
// there, no animated PNG, which is to be read as a video.
bool is_still_picture(const std::string& path);

}  // namespace gan
