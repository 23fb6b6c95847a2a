// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/engine.h"

#include "core/loaded_library.h"

namespace gan {
namespace {

const ModelsApi& models_api() {
  return loaded_api<ModelsApi>(
      {"libganmodels.so", "gan_models_api", "the network library", "the plugin"});
}

}  // namespace

std::unique_ptr<Enhancer> load_enhancer(const EnhancerOptions& options,
                                        const std::atomic<bool>* given_up) {
  return models_api().load_enhancer(options, given_up);
}

std::unique_ptr<LatentWalker> load_walker(const WalkerOptions& options) {
  return models_api().load_walker(options);
}

}  // namespace gan
