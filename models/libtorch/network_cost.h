// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/frame.h"
#include "models/checkpoint.h"

namespace gan {

struct NetworkCost {
  double macs = 0;  // multiplications and additions of convolutions and matrices, in pairs
  double frames_per_second = 0;
};

// Of a picture-to-picture network for pictures of that size, foretold from a small tile that is run
// on the CPU with all its cores: attention to whole pictures costs more than that.
NetworkCost predict_cost(const LoadedNetwork& loaded, Size picture);

}  // namespace gan
