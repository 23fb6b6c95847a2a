// SPDX-License-Identifier: LGPL-2.1-or-later
// core/engine.h's Enhancer for frames that are made on a device: their bytes go up as they are, all
// else happens there, and finished bytes come down.
#pragma once

#include <memory>

#include "core/engine.h"
#include "models/libtorch/torch_network.h"

namespace gan {

// Of the options tile_size, tile_overlap and frames_in_flight count. Throws Error(kSettings).
std::unique_ptr<Enhancer> make_device_enhancer(std::unique_ptr<TorchNetwork> network,
                                               const EnhancerOptions& options);

}  // namespace gan
