// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/frame.h"
#include "models/checkpoint.h"

namespace gan {

// Multiplications and additions, in pairs, of the convolutions and matrices of a picture-to-picture
// network for a picture of that size, foretold from a small tile that is run: attention to whole
// pictures costs more than that.
double predict_macs(const LoadedNetwork& loaded, Size picture);

}  // namespace gan
