// SPDX-License-Identifier: LGPL-2.1-or-later
// ncnn's pair of files: layers as text in NAME.param, their weights one after another in NAME.bin.
#pragma once

#include "core/checkpoint/tensor_file.h"

namespace gan {

bool is_ncnn_param(const ByteSource& source);

// The weights of NAME.param by its path; those of several .param may lie in one .bin, whose name
// theirs begin with. Tensors are named by the place of their layer among those with weights:
// "layer.0.weight", "layer.0.bias"; slopes of PReLU are weights of one dimension. The outline names
// the layers without. Throws Error(kNotFound, kWrongType): for layers whose weights are not known,
// quantised ones, and a .bin of another length.
TensorFile read_ncnn(const std::string& param);
// The same of both files, opened; what is read has the name of the first.
TensorFile read_ncnn(const std::shared_ptr<const ByteSource>& param,
                     const std::shared_ptr<const ByteSource>& weights);

}  // namespace gan
