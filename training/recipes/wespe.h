// SPDX-License-Identifier: LGPL-2.1-or-later
// wespe: photographs of a phone toward those of a better camera, without pairs: WESPE (Ignatov et
// al. 2018, arXiv:1709.01118) as the README of GBATZOLIS/Wespe-Keras modifies it. G, from A to B,
// is wider than F, from B to A (128 and 64 feature maps), neither normalises, and both are residual
// (models/blocks/residual.h; not there), so step 0 is the input. Six losses: a
// discriminator of blurred colours and one of grey texture (PatchGANs) with their least squares,
// 0.5 x each for G, total variation 0.5, and the cycle 1 x |F(G(a)) - a| with 1 x |G(F(b)) - b|,
// for both domains. Only G(a) is judged. Discriminators first, each on real and fake pictures. Adam
// 2e-4 (0.5, 0.999), batch 20, squares of 100. Where README and code differ: the README says that
// "some norm" of the cycle is minimised, its code compares VGG19's relu2_2 of both pictures in [0,
// 1], not normalised as VGG expects. Here pixels count by default, and with --set vgg=FILE the
// cycle is L1 of relu2_2 after the normalisation. content_weight adds the paper's term, the
// mean squared error of VGG19's relu5_4 of a and F(G(a)); it wants vgg too. There the
// discriminators learn in steps of their own on real and on fake pictures, each times 0.8; here in
// one step on the sum. variant=paper is the paper's: DPED's generators of 64 feature maps and its
// discriminators of squares of 100 with cross entropy, content 1, both adversarial terms 5e-3,
// DPED's total variation 10, no cycle; batch 30, Adam 5e-4. What is set beside it wins. The
// README's "6 losses" count both discriminators' own; its later code brings batch norm back and is
// not followed. Data and metric: as recipe cyclegan.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_wespe_recipe();

}  // namespace gan::training
