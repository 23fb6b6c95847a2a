// SPDX-License-Identifier: LGPL-2.1-or-later
// esrgan: RRDBNet with a relativistic average discriminator and VGG19 features (Wang et al. 2018,
// arXiv:1809.00219). Defaults are those of
// ec2003/Image-Enhancement-Project: small pictures of 96, large ones of 384, batch 4,
// Adam (0.9, 0.99) with 2e-4 for the generator and 1e-4 for the discriminator, adversarial weight
// 5e-3, L1 weight 1e-2, perceptual weight 1 on VGG19's conv5_4 before its ReLU.
// Where its text and code differ from the paper, the paper's way is taken: 23 blocks (its
// code has 6: --set blocks=6), a relativistic loss for the generator too (its code: plain
// cross entropy), the halves of both terms as BasicSR weighs them, pictures in [0, 1], the
// generator before the discriminator. The discriminator is that project's U-Net with spectral norm,
// which takes every size; discriminator=vgg_style is the paper's, for large patches of 128. The
// first pretrain_steps train the generator on L1 alone (the paper's PSNR-oriented stage).
// perceptual=mobilenet takes the built-in MobileNet's features for VGG19's; generator=NAME trains
// another network of the table. Data: a folder of good pictures. Held-out metric: psnr_y.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_esrgan_recipe();

}  // namespace gan::training
