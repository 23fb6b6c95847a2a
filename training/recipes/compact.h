// SPDX-License-Identifier: LGPL-2.1-or-later
// compact: SRVGGNetCompact trained on a pixel loss, for faithful super-resolution.
// Data: a folder of good pictures; the small ones are made by the stated degradation.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_compact_recipe();

}  // namespace gan::training
