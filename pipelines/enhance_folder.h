// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures and videos, one by one, into a folder.
#pragma once

#include <string>
#include <vector>

#include "pipelines/enhance_options.h"
#include "pipelines/progress.h"

namespace gan {

// Files get their names in the output's folder, which is made where it is missing, with another
// suffix where their own kind is not written: pictures .png, videos .mkv. A folder is mirrored:
// alone its files keep their places, beside other inputs below its name. What is there already is
// left out unless `overwrite`. A file that fails is said and the others go on. `options.input` is
// not used. Throws Error: kNotFound (an input), kSettings (two files of one name in the output),
// kData (nothing to enhance; some failed), kInterrupted.
void enhance_into_folder(const std::vector<std::string>& inputs, const EnhanceOptions& options,
                         Progress& progress);

}  // namespace gan
