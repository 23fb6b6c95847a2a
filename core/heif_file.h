// SPDX-License-Identifier: LGPL-2.1-or-later
// HEIC and AVIF, through libheif where the build has it.
#pragma once

#include <string>

#include "core/image_file.h"

namespace gan {

bool is_heif_name(const std::string& path);  // .heic, .heif, .avif

// Upright. Throws Error: kUnavailable where this build or this libheif cannot, kData.
StoredImage read_heif(const std::string& path);

}  // namespace gan
