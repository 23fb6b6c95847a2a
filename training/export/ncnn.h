// SPDX-License-Identifier: LGPL-2.1-or-later
// Convolutional networks as ncnn's pair of files.
#pragma once

#include <string>

#include "models/checkpoint.h"

namespace gan::training {

// Writes PARAM, whose name ends in .param, and beside it the .bin of its weights: one input "input"
// and one output "output", for pictures of any size in the network's own range of values. The
// network is left in doubles. Throws Error: kFailed, naming what this cannot write; kUnwritable.
void write_ncnn_network(const std::string& param, const LoadedNetwork& loaded);

}  // namespace gan::training
