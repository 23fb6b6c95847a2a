// SPDX-License-Identifier: LGPL-2.1-or-later
// TorchScript archives: networks as programs.
#pragma once

#include "models/checkpoint.h"

namespace gan {

// Loads what enhancegan or gan-train names: a built-in model, a checkpoint, or, when allowed, a
// TorchScript archive. Throws what load_network and open_model throw; kWrongType for an archive
// that is not allowed (naming the property) or whose forward does not take a picture
// {1, C, H, W}, C 3 or 1, and give one.
//
// Note [TorchScript]: a script can run any operator, torch.from_file too, which writes files.
// Nothing but the user's word makes one safe, so it is off by default. Its channels and scale are
// found by running it; values are taken to lie in [0, 1].
LoadedNetwork load_model(const std::string& name_or_path, bool allow_torchscript);

inline constexpr const char* kTorchScript = "torchscript";  // LoadedNetwork::name

}  // namespace gan
