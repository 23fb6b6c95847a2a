// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dlfcn.h>

#include <mutex>

#include "core/error.h"
#include "models/torch_api.h"

namespace gan {

// See Note [Loaded on first use] in core/engine.cc.
const TorchApi& torch_api() {
  static std::mutex mutex;
  static const TorchApi* api = nullptr;
  const std::lock_guard lock(mutex);
  if (api) return *api;
  void* const library = dlopen("libgantorch.so", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* const reason = dlerror();
    fail(ErrorKind::kUnavailable, "LibTorch cannot be loaded: ", reason);
  }
  using Function = const TorchApi* (*)();
  const auto get = reinterpret_cast<Function>(dlsym(library, "gan_torch_api"));
  const TorchApi* const found = get ? get() : nullptr;
  check(found && found->version == TorchApi::kVersion, ErrorKind::kUnavailable,
        "libgantorch.so is of another version than libganmodels.so");
  api = found;
  return *api;
}

}  // namespace gan
