// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/torch_api.h"

namespace gan {

// The functions themselves, which leave the calling thread its number of OpenMP threads.
const TorchApi& torch_functions();

}  // namespace gan
