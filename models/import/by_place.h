// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "core/checkpoint/tensor_file.h"

namespace gan::import {

struct NamedByPlace {
  TensorFile tensors;
  std::string left_out;  // for people: what the graph has beside the network; may be empty
};

// The weights of a graph that are named by their places ("layer.3.weight") under the names of a
// network whose layers have that order, those shapes and no other operators between them; nothing
// where none has, or more than one.
std::optional<NamedByPlace> named_by_place(const TensorFile& file);

}  // namespace gan::import
