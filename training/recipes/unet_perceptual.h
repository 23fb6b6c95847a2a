// SPDX-License-Identifier: LGPL-2.1-or-later
// unet-perceptual: the U-Net of recipe unet on a "feature loss". preset=relu3_3 (the README
// of image-superres; Johnson et al. 2016, arXiv:1603.08155): pixels plus the squared distance of
// VGG16's relu3_3. preset=fastai (its code, course v3, lesson 7): L1 of pixels, of VGG16-BN's
// relu3_3, relu4_3 and relu5_3 weighted 5, 15, 2, and of their gram matrices weighted 5000 w^2.
// Wants --set vgg=FILE: torchvision's VGG16 for relu3_3, VGG16 with batch norm for fastai; or
// --set perceptual=mobilenet, the distance of the built-in MobileNet's features. Held-out
// metric: psnr_y.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_unet_perceptual_recipe();

}  // namespace gan::training
