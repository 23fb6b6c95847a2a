// SPDX-License-Identifier: LGPL-2.1-or-later
// unet-gan: the U-Net of recipe unet against a critic (the README of image-superres; fast.ai's
// course v3, lesson 7). Three stages in one run: pretrain_steps train the generator on its pixel
// loss, critic_steps train the critic to tell its pictures from good ones, then both play: the
// critic learns until its last loss is below `threshold`, then the generator takes one step
// (fast.ai's adaptive switch). Generator: adversarial + 1000 x pixel loss in [0, 1], about
// fast.ai's 50 x that of pictures in ImageNet's normalised values, Adam (0, 0.99) at lr_gan;
// critic: normalised pictures, five times that rate, binary cross entropy halved over real and
// fake. The network that does not learn is in eval mode. Otherwise than fast.ai: no weight decay
// (there 1e-3) but the critic's in its own stage, where it is added to the gradient instead of
// taken from the weights; no stage at 192 pixels (--set patch=192 --set init=CHECKPOINT does one).
// A small critic learns faster with --set critic_dropout=0. Held-out metric: psnr_y.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_unet_gan_recipe();

}  // namespace gan::training
