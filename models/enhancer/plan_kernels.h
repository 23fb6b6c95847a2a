// SPDX-License-Identifier: LGPL-2.1-or-later
// core/conv's kernels by their names (see planned_network.h, Note [Kernels]).
#pragma once

#include <string>
#include <vector>

#include "core/conv/executor.h"
#include "core/engine.h"

namespace gan {

// Those among which the options leave the choice, the one of fp32 first. Throws Error(kSettings)
// for words that are not known or not for this processor.
std::vector<std::string> kernels_for(const EnhancerOptions& options);

conv::ExecutorOptions executor_options(const std::string& kernel, int threads);
const char* precision_of_kernel(const std::string& kernel);  // "fp32", "bf16"

}  // namespace gan
