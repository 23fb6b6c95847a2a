// SPDX-License-Identifier: LGPL-2.1-or-later
// dcgan: pictures from codes (Radford et al. 2016, arXiv:1511.06434), as PyTorch's examples train
// it: Adam 2e-4 (0.5, 0.999) for both, batch 64, binary cross entropy, the discriminator first.
// variant=faces is the 80x80 form of Brownlee's GAN book (chapter 9), whose latent space is made
// for arithmetic. gan=wgan is WGAN-GP (Gulrajani et al. 2017), its penalty times 10, with one step
// of the discriminator a step, theirs five; r1 adds r1/2 times the squared gradient at real
// pictures (Mescheder et al. 2018). Data: a folder of pictures, or the IDX files of MNIST and
// Fashion-MNIST. Held-out metric: swd, the sliced Wasserstein distance of 7x7 patches to held-out
// pictures (smaller is better).
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_dcgan_recipe();

}  // namespace gan::training
