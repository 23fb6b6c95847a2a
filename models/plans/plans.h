// SPDX-License-Identifier: LGPL-2.1-or-later
// The networks that core/conv can run, one line each.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "core/options.h"
#include "models/plans/parameters.h"
#include "models/traits.h"

namespace gan {

struct PlanEntry {
  std::string_view network;  // its line in models/table
  std::unique_ptr<Options> (*make_options)();
  NetworkTraits (*traits)(const Options& options);  // as made by make_options
  bool (*has_plan)(const Options& options);         // whether with these options, too
  // Throws Error(kSettings) where options do not go together.
  conv::Plan (*plan)(const Options& options, const Parameters& parameters, const Code& code);
};

std::span<const PlanEntry> plan_table();

// Null where the network has none.
const PlanEntry* find_plan(std::string_view network);

}  // namespace gan
