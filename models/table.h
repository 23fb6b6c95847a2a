// SPDX-License-Identifier: LGPL-2.1-or-later
// Every network that the project knows, one line each. Enhancer, walker, tiles, trainer, `gan-train
// show` and every_model_test read it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "models/network.h"

namespace gan {

struct TableEntry {
  std::string_view name;
  Task task;
  std::string_view summary;
  std::unique_ptr<Options> (*make_options)();                  // with the defaults
  std::shared_ptr<Network> (*create)(const Options& options);  // as made by make_options
};

std::span<const TableEntry> network_table();

// Throws Error(kSettings) naming the known networks.
const TableEntry& find_network(std::string_view name);

// Creates a network with these options over the defaults, freshly initialised.
std::shared_ptr<Network> create_network(std::string_view name, const OptionValues& values);

}  // namespace gan
