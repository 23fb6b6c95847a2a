// SPDX-License-Identifier: LGPL-2.1-or-later
// JPEG XL, through libjxl where the build has it.
#pragma once

#include <string>

#include "core/image_file.h"

namespace gan {

bool is_jxl_name(const std::string& path);  // .jxl

// Upright; RGB or RGBA of 8 bits, or RGBA of 16. Throws Error: kNotFound, kUnavailable where this
// build cannot and for animations, kData.
StoredImage read_jxl(const std::string& path);

}  // namespace gan
