// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "core/checkpoint/byte_source.h"

namespace gan {

// What a file is that cannot be read, by its first bytes, and what its user can do, in brackets and
// after a space; empty where nothing is known.
std::string foreign_format(const ByteSource& source);

}  // namespace gan
