// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks with the options that they have by themselves and the weights that they begin with, for
// owned.sh: what a frame costs depends on no weight.
//   owned_models FOLDER [NETWORK ...]
#include <cstdio>

#include "models/checkpoint.h"
#include "models/table.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: owned_models FOLDER [NETWORK ...]\n");
    return 2;
  }
  for (int i = 2; i < argc; ++i) {
    const gan::TableEntry& entry = gan::find_network(argv[i]);
    const auto options = entry.make_options();
    gan::save_network(std::string(argv[1]) + "/" + argv[i] + ".safetensors",
                      *entry.create(*options), argv[i], *options, {});
  }
}
