// SPDX-License-Identifier: LGPL-2.1-or-later
// Tensors of a file as floats.
#pragma once

#include <vector>

#include "core/checkpoint/tensor_file.h"

namespace gan {

// The numbers of an F64, F32, F16 or BF16 tensor, row by row. Throws Error(kWrongType) for other
// types, and what TensorFile::read() throws.
std::vector<float> read_floats(const TensorFile& file, const TensorEntry& entry);

// Throw Error(kWrongType), which names the file and the tensor, where its numbers are of no type
// that weights may have, and where its shape is not the wanted one.
void check_floating(const TensorFile& file, const TensorEntry& entry);
void check_shape(const TensorFile& file, const TensorEntry& entry,
                 const std::vector<int64_t>& wanted);

}  // namespace gan
