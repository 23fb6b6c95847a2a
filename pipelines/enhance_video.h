// SPDX-License-Identifier: LGPL-2.1-or-later
// One video file, whole.
#pragma once

#include "pipelines/enhance_options.h"
#include "pipelines/progress.h"

namespace gan {

// With `split` it becomes several where frames change their kind: OUTPUT.mkv, OUTPUT-2.mkv and so
// on. Throws Error; the output then does not exist, or is what it was. What was made of it stays
// beside it, where --resume finds it.
void enhance_video(const EnhanceOptions& options, Progress& progress);

}  // namespace gan
