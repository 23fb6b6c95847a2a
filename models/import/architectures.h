// SPDX-License-Identifier: LGPL-2.1-or-later
// Every architecture that is recognised, one line each.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "models/import/import.h"

namespace gan::import {

enum class Kind { kPicture, kGenerator, kOther };

struct Architecture {
  std::string_view title;  // for people
  Kind kind;
  // Tensors that a file of it has, whatever its options are; "" where there are fewer. The first
  // is looked for, whatever stands before it.
  std::array<std::string_view, 5> keys;
  std::optional<Recognised> (*recognise)(const TensorFile& file);
};

// The more telling first.
std::span<const Architecture> architectures();

}  // namespace gan::import
