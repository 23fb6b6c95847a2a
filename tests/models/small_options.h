// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>

#include "models/table.h"

namespace gan::test {

// The options of a line of the table, made small where they allow it, so that tests are quick.
inline std::unique_ptr<Options> small_options(const TableEntry& entry) {
  auto options = entry.make_options();
  OptionValues small = {{"features", "8"},      {"blocks", "1"},    {"growth", "4"},
                        {"groups", "1"},        {"depths", "2"},    {"heads", "2"},
                        {"tail_features", "8"}, {"window", "4"},    {"overlap", "6"},
                        {"squeezed", "4"},      {"attention", "2"}, {"reduction", "2"},
                        {"hidden", "12"},       {"depthwise", "4"}, {"part", "4"},
                        {"tokens", "6"},        {"reduced", "4"},   {"split", "2-4"}};
  // Values of 0 to 255 shut its weights, and nothing reaches far.
  if (entry.name == "span") small["normalise"] = "false";
  // Narrower than that these have no room for their halves and eighths.
  if (entry.name == "dat" || entry.name == "rgt") small["features"] = "32";
  for (const auto& option : describe_options(*options)) {
    const auto value = small.find(option.name);
    // Some blocks and hidden widths are a list ("3-4-6-3"), which stays; some words are flags.
    const bool list = option.value.find('-') != std::string::npos,
               flag = option.value == "true" || option.value == "false";
    const bool fits =
        value != small.end() && flag == (value->second == "true" || value->second == "false");
    if (fits && (!list || value->second.find('-') != std::string::npos || option.name == "depths" ||
                 option.name == "heads"))
      read_options(*options, {*value}, "test");
  }
  return options;
}

}  // namespace gan::test
