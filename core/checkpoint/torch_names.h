// SPDX-License-Identifier: LGPL-2.1-or-later
// The few Python names that a state_dict may ask for.
#pragma once

#include <optional>
#include <string_view>

#include "core/checkpoint/tensor_file.h"

namespace gan {

// Element type of "torch.FloatStorage" and its kin; nothing for any other name.
std::optional<Dtype> storage_dtype(std::string_view global);

bool allowed_global(std::string_view name);

}  // namespace gan
