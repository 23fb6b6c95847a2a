// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/api.h"

namespace gan {

const TorchApi& torch_api() { return torch_functions(); }

}  // namespace gan
