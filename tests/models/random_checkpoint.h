// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

#include "models/checkpoint.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan::test {

// A network's file with the weights that it begins with.
template <class Net, class Options>
std::string random_checkpoint(const Scratch& scratch, const char* name, Options options) {
  torch::manual_seed(1);
  Net network(options);
  const std::string path = scratch.file(std::string(name) + ".safetensors");
  save_network(path, network, name, options, {});
  return path;
}

}  // namespace gan::test
