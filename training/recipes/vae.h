// SPDX-License-Identifier: LGPL-2.1-or-later
// vae: a variational auto-encoder of pictures (Kingma and Welling 2014, arXiv:1312.6114, in the
// form of PyTorch-VAE's VanillaVAE): mean squared error + kl_weight times the divergence of the
// codes from N(0, 1), or with capacity=C kl_weight times |divergence - c|, where c rises linearly
// to C over the first half of the run (Burgess et al. 2018, arXiv:1804.03599). Adam 5e-3,
// falling by 0.95 an epoch (--set decay). Data: a folder of pictures, or IDX files. The checkpoint
// encodes pictures and decodes codes. Held-out metric: psnr_rgb of pictures sent through the mean
// of their code; swd, the sliced Wasserstein distance of pictures from random codes.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_vae_recipe();

}  // namespace gan::training
