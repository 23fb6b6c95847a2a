// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/loaded_library.h"
#include "models/torch_api.h"

namespace gan {

const TorchApi& torch_api() {
  return loaded_api<TorchApi>({"libgantorch.so", "gan_torch_api", "LibTorch", "libganmodels.so"});
}

}  // namespace gan
