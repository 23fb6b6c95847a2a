// SPDX-License-Identifier: LGPL-2.1-or-later
// Names that PyTorch's pickles use.
#pragma once

#include <optional>
#include <string_view>

#include "core/checkpoint/tensor_file.h"

namespace gan {

// Of torch.FloatStorage, torch.cuda.HalfStorage, torch.storage.UntypedStorage (bytes), ...
std::optional<Dtype> storage_dtype(std::string_view global);

// Of torch.float16, torch.float8_e4m3fn, ...
std::optional<Dtype> dtype_from_global(std::string_view global);

// Functions that only a file made to do harm asks for: they start programs, run code or import it.
bool hostile_global(std::string_view global);

}  // namespace gan
