// SPDX-License-Identifier: LGPL-2.1-or-later
// The one symbol that the plugin looks up; see core/engine.h.
#include "core/engine.h"
#include "models/enhancer/enhancer.h"
#include "models/machine/device.h"
#include "models/walker/latent_walker.h"

extern "C" __attribute__((visibility("default"))) const gan::ModelsApi* gan_models_api() {
  static const gan::ModelsApi api = {
      gan::ModelsApi::kVersion,
      [](const gan::EnhancerOptions& options, const std::atomic<bool>* given_up) {
        const gan::KeepThreadsOfThisThread keep;
        return gan::make_enhancer(options, given_up);
      },
      [](const gan::WalkerOptions& options) {
        const gan::KeepThreadsOfThisThread keep;
        return gan::make_walker(options);
      }};
  return &api;
}
