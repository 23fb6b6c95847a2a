// SPDX-License-Identifier: LGPL-2.1-or-later
// The walker behind core/engine.h.
#pragma once

#include <memory>

#include "core/engine.h"

namespace gan {

// Throw what core/engine.h says of load_walker().
std::unique_ptr<LatentWalker> make_walker(const WalkerOptions& options);
// The same, working as on a GPU whatever the device is.
std::unique_ptr<LatentWalker> make_device_walker(const WalkerOptions& options);

}  // namespace gan
