// SPDX-License-Identifier: LGPL-2.1-or-later
// A folder of pictures and videos, mirrored into another.
#pragma once

#include "pipelines/enhance_options.h"
#include "pipelines/progress.h"

namespace gan {

// Every file gets the same place and name in the output's folder, with another suffix where its own
// kind is not written: pictures .png, videos .mkv. What is there already is left out unless
// `overwrite`. A file that fails is said and the others go on. Throws Error: kSettings (two files
// of one name in the output), kData (nothing to enhance; some failed), kInterrupted.
void enhance_folder(const EnhanceOptions& options, Progress& progress);

}  // namespace gan
