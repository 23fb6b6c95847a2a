// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "core/engine.h"

namespace gan {

// An allocator of memory that a network writes to with no copy between. Transfer full.
GstAllocator* engine_allocator(Enhancer::MakeMemory make);

}  // namespace gan
