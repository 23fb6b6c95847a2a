// SPDX-License-Identifier: LGPL-2.1-or-later
// realesrgan: RRDBNet for pictures of unknown damage (Wang et al. 2021, arXiv:2107.10833, and its
// authors' code). Data: a folder of good pictures, damaged on the fly by the two-order degradation.
// Two stages in one run: pretrain_steps on L1 alone (Real-ESRNet), then, from that stage's averaged
// weights, L1 + VGG19 features before
// their ReLUs (conv1_2 0.1, conv2_2 0.1, conv3_4 1, conv4_4 1, conv5_4 1) + 0.1 x cross entropy
// against a U-Net discriminator with spectral norm, not relativistic. Both pixel and feature
// targets are sharpened; the discriminator's real pictures are not. The discriminator's two halves
// are added, not averaged. Adam (0.9, 0.99), averaged weights 0.999.
// Otherwise than the authors: every sample has its own kinds of noise and resizing, where theirs
// share them over a batch and mix batches in a pool of 180 pairs; squares are turned and mirrored
// in all eight ways, theirs mirrored from left to right; and the patch is cut from a
// slightly larger damaged square instead of one of 400 pixels. Held-out metric: psnr_y on squares
// damaged the same way (adversarial training lowers it again: judge the pictures too).
// generator=compact trains Real-ESRGAN's practical models, animevideov3 and general-x4v3.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_realesrgan_recipe();

}  // namespace gan::training
