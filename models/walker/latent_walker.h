// SPDX-License-Identifier: LGPL-2.1-or-later
// The walker behind core/engine.h.
#pragma once

#include <memory>

#include "core/engine.h"

namespace gan {

std::unique_ptr<LatentWalker> make_walker(const WalkerOptions& options);

}  // namespace gan
