// SPDX-License-Identifier: LGPL-2.1-or-later
// A library of this project that is loaded on first use.
#pragma once

#include <dlfcn.h>

#include <mutex>

#include "core/error.h"

namespace gan {

struct LoadedLibrary {
  const char *file, *symbol;  // of the function that returns its table of functions
  const char *what, *user;    // for errors: what cannot be loaded, who loads it
};

// Note [Loaded on first use]: the library is found through the run path of the object that this is
// compiled into, stays loaded for the life of the process (LibTorch cannot be unloaded) and is
// looked for again after a failure. One library for each Api, whose member `version` must be its
// kVersion. Throws Error(kUnavailable).
template <class Api>
const Api& loaded_api(const LoadedLibrary& library) {
  static std::mutex mutex;
  static const Api* api = nullptr;
  const std::lock_guard lock(mutex);
  if (api) return *api;
  void* const handle = dlopen(library.file, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* const reason = dlerror();
    fail(ErrorKind::kUnavailable, library.what, " cannot be loaded: ", reason);
  }
  using Function = const Api* (*)();
  const auto get = reinterpret_cast<Function>(dlsym(handle, library.symbol));
  const Api* const found = get ? get() : nullptr;
  check(found && found->version == Api::kVersion, ErrorKind::kUnavailable, library.file,
        " is of another version than ", library.user);
  api = found;
  return *api;
}

}  // namespace gan
