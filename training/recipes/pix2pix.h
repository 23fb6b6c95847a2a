// SPDX-License-Identifier: LGPL-2.1-or-later
// pix2pix: picture to picture from pairs (Isola et al. 2017, arXiv:1611.07004, and its authors'
// PyTorch code): a U-Net (generator=resnet: CycleGAN's network; or any other of the table that
// keeps a picture's size) with 100 x L1 and a PatchGAN of 70 pixels that sees input and output
// together. The discriminator learns first, on half the sum of its two losses; Adam 2e-4 (0.5,
// 0.999), batch 1, the rate constant for half of the run, then falling to 0; pictures resized to
// 286, squares of 256. Data: train/ with A|B side by side, trainA and trainB with equal names, A/
// and B/, DPED. The checkpoint normalises with the frame's own statistics, as the authors test
// (test_norm=batch); unlike theirs, no dropout happens when it is used. Their Gaussian start (0.02)
// is the networks'. Held-out metric: psnr_rgb against the pair's other picture.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_pix2pix_recipe();

}  // namespace gan::training
