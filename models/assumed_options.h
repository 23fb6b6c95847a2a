// SPDX-License-Identifier: LGPL-2.1-or-later
// Options of a network that others' files do not tell, and so are taken to be what is usual.
#pragma once

#include <string>
#include <vector>

#include "core/engine.h"
#include "core/options.h"

namespace gan {

// names: some of the options. "activation=relu, mean=div2k", as `options` has them.
std::string assumed_text(const std::vector<std::string>& names, Options& options);

// What there is to say of EnhancerInfo::assumed; none where the file tells all.
std::vector<EngineEvent> assumed_events(const EnhancerInfo& info);

}  // namespace gan
