// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures side by side.
#pragma once

#include <vector>

#include "core/picture.h"

namespace gan::training {

// Rows of `columns` cells with a gap of 2 dark pixels; every cell is as large as the largest
// picture, smaller ones stand at the top left. Grey pictures are spread to RGB.
Picture make_grid(const std::vector<Picture>& cells, int columns);

}  // namespace gan::training
