// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/conv/piece.h"
#include "core/workers.h"

namespace gan::conv {

// Means and factors of the value that a layer normalises. Sums over rows are added in order, so
// that they are the same to the last bit whoever makes them.
// row_sums: memory that is used again.
void find_normal(const FrameWork& frame, const PackedLayer& packed, Workers* workers,
                 std::vector<float>& row_sums, Normal& normal);

}  // namespace gan::conv
