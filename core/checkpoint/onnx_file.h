// SPDX-License-Identifier: LGPL-2.1-or-later
// The weights of an ONNX file: a bounded reader of protobuf's wire format, which runs nothing.
#pragma once

#include "core/checkpoint/tensor_file.h"

namespace gan {

bool is_onnx(const ByteSource& source);

// The initialisers of the graph by their names, as exporters keep them of PyTorch. Where no name
// has a '.', those of convolutions and PReLUs in the order of the graph instead, named as those of
// ncnn_file.h. The outline names the other operators. Throws Error(kWrongType) for a damaged file,
// and for weights that lie in another one.
TensorFile read_onnx(std::shared_ptr<const ByteSource> source);

}  // namespace gan
