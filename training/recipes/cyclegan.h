// SPDX-License-Identifier: LGPL-2.1-or-later
// cyclegan: picture to picture without pairs (Zhu et al. 2017, arXiv:1703.10593, and its authors'
// PyTorch code): generators of residual blocks both ways, which start as the identity
// (models/blocks/residual.h; theirs do not, residual=false), PatchGANs of 70 pixels with instance
// norm, least squares, 10 x both cycles, identity_weight times 10 x identity. Both generators learn
// first, in one step, then both discriminators, on half the sum of their losses, from a pool of 50
// earlier results. Adam 2e-4 (0.5, 0.999), batch 1, the rate constant for half of the run, then
// falling to 0; pictures resized to 286, squares of 256. The identity weight is the code's 0.5 for
// all data; the paper uses it for paintings to photographs alone. Data: trainA trainB testA testB,
// DPED, or good pictures with --set simulate=phone. The checkpoint is G, from A to B
// (direction=BtoA: from B to A). Held-out metric: psnr_rgb of held-out pairs where there are any,
// else swd.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_cyclegan_recipe();

}  // namespace gan::training
