// SPDX-License-Identifier: LGPL-2.1-or-later
// The one symbol that the plugin looks up; see core/engine.h.
#include "core/engine.h"
#include "models/enhancer/enhancer.h"
#include "models/torch_api.h"

extern "C" __attribute__((visibility("default"))) const gan::ModelsApi* gan_models_api() {
  static const gan::ModelsApi api = {
      gan::ModelsApi::kVersion, gan::make_enhancer,
      [](const gan::WalkerOptions& options) { return gan::torch_api().load_walker(options); }};
  return &api;
}
