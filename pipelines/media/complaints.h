// SPDX-License-Identifier: LGPL-2.1-or-later
// What FFmpeg's libraries say of files in passing, which tells of damage that nothing else tells
// of.
#pragma once

#include <string>
#include <vector>

namespace gan {

// From now on errors are kept instead of printed.
void collect_complaints();

// Those since the last call, each once, five at most.
std::vector<std::string> take_complaints();

}  // namespace gan
