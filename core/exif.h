// SPDX-License-Identifier: LGPL-2.1-or-later
// What a camera wrote into a picture, through Exiv2 where the build has it.
#pragma once

#include <string>

namespace gan {

// How the picture was held, as EXIF numbers it, 1..8; 1 where nothing is said. 0: this build cannot
// tell.
int exif_orientation(const std::string& path);

// Copies EXIF, IPTC, XMP and the colour profile from one picture file to another; the copy says
// that it stands upright. False where the build or the file's kind cannot, or there is nothing to
// copy.
bool copy_exif(const std::string& from, const std::string& to);

}  // namespace gan
