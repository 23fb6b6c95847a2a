// SPDX-License-Identifier: LGPL-2.1-or-later
// core/engine.h's Enhancer: frames as pictures of floats, through a network.
#pragma once

#include <memory>

#include "core/engine.h"

namespace gan {

std::unique_ptr<Enhancer> make_enhancer(const EnhancerOptions& options,
                                        const std::atomic<bool>* given_up = nullptr);

}  // namespace gan
