// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>

#include "models/table.h"

namespace gan::test {

// The options of a line of the table, made small where they allow it, so that tests are quick.
inline std::unique_ptr<Options> small_options(const TableEntry& entry) {
  auto options = entry.make_options();
  const OptionValues small = {{"features", "8"}, {"blocks", "1"}, {"growth", "4"}};
  for (const auto& option : describe_options(*options)) {
    const auto value = small.find(option.name);
    // Some blocks are a list ("3-4-6-3"), which stays.
    if (value != small.end() && option.value.find('-') == std::string::npos)
      read_options(*options, {*value}, "test");
  }
  return options;
}

}  // namespace gan::test
