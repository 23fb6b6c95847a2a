// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks that make pictures of pictures, as ONNX models.
#pragma once

#include <string>

#include "core/frame.h"
#include "models/checkpoint.h"

namespace gan::training {

struct OnnxFile {
  Size size;              // of the only pictures that it takes; 0x0 where it takes any
  bool complete = false;  // all tensors of the network are in it, under their own names
};

// Writes a model of one input "input" {1, C, H, W} and one output "output", in the network's own
// range of values. A network whose graph is the same for every size takes any, and `size` does not
// matter; else it is that of the pictures, 0x0 where none was given. metadata says how the network
// was made; it is completed where the file is complete. The network is left in doubles. Throws
// Error: kSettings where a size is wanted, or another one; kFailed for what ONNX cannot say;
// kUnwritable.
OnnxFile write_onnx_network(const std::string& path, const LoadedNetwork& loaded, Size size);

}  // namespace gan::training
