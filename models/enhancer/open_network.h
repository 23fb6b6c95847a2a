// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <memory>

#include "core/workers.h"
#include "models/enhancer/picture_network.h"

namespace gan {

// The network that the options name, run by core/conv where it has a plan and works on the CPU, and
// else by LibTorch. given_up may be null: once it is true, loading ends at the next tensor. workers
// outlive the network. Throws Error as load_enhancer() does (core/engine.h).
std::unique_ptr<PictureNetwork> open_network(const EnhancerOptions& options,
                                             const std::atomic<bool>* given_up, Workers& workers);

// Whether frames are to be made on a GPU: the device asked for is one, or there is one and it is
// left open. Throws Error(kSettings) for a device that is none.
bool is_for_gpu(const EnhancerOptions& options);

}  // namespace gan
