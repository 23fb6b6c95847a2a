// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "models/network.h"

namespace gan::training {

struct GeneratorEvaluation {
  std::string data;  // what it learned from, or others of the kind: a folder or IDX files
  std::string grid;  // PNG to write: eight pictures and their three nearest of the data; or empty
  std::string json;  // file to write; or empty
  int pictures = 1000;  // of seeds 0, 1, ...
};

// Prints how a generator's pictures stand to the data: the sliced Wasserstein distance, and how
// near they are to single pictures. Throws Error(kData) for the data.
void evaluate_generator(Network& generator, const GeneratorEvaluation& wanted,
                        torch::Device device);

}  // namespace gan::training
