// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "training/run/state.h"

namespace gan::training {

// Throws Error(kSettings) unless the network takes square pictures of this side and, where it makes
// pictures, gives back the same. made_by: the options that make the side, such as "crop=33".
void check_side(const NamedNetwork& network, int side, const std::string& made_by);

}  // namespace gan::training
