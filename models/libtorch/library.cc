// SPDX-License-Identifier: LGPL-2.1-or-later
// The one symbol that libganmodels.so looks up; see models/torch_api.h.
#include "models/libtorch/api.h"

extern "C" __attribute__((visibility("default"))) const gan::TorchApi* gan_torch_api() {
  return &gan::torch_functions();
}
