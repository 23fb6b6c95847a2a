// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures side by side.
#pragma once

#include <string>
#include <vector>

#include "core/picture.h"

namespace gan::training {

// Rows of `columns` cells with a gap of 2 dark pixels; every cell is as large as the largest
// picture, smaller ones stand at the top left. Grey pictures are spread to RGB.
Picture make_grid(const std::vector<Picture>& cells, int columns);

// A picture with a line of text below it, enlarged by a whole number to at least 64 pixels a side
// so that there is room; RGB.
Picture captioned(const Picture& picture, const std::string& text);

}  // namespace gan::training
