// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/engine.h"

#include <dlfcn.h>

#include <mutex>

#include "core/error.h"

namespace gan {
namespace {

// Note [Loaded on first use]: the library is found through the run path of the object that this
// file is linked into, stays loaded for the life of the process (LibTorch cannot be unloaded) and
// is looked for again after a failure.
const ModelsApi& models_api() {
  static std::mutex mutex;
  static const ModelsApi* api = nullptr;
  const std::lock_guard lock(mutex);
  if (api) return *api;
  void* const library = dlopen("libganmodels.so", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* const reason = dlerror();
    fail(ErrorKind::kUnavailable, "the network library cannot be loaded: ", reason);
  }
  using Function = const ModelsApi* (*)();
  const auto get = reinterpret_cast<Function>(dlsym(library, "gan_models_api"));
  const ModelsApi* const found = get ? get() : nullptr;
  check(found && found->version == ModelsApi::kVersion, ErrorKind::kUnavailable,
        "libganmodels.so is of another version than the plugin");
  api = found;
  return *api;
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
