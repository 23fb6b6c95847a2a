// SPDX-License-Identifier: LGPL-2.1-or-later
// autoencoder: super-resolution by an auto-encoder with two sums around its bottleneck (the
// notebook of ilopezfr/image-superres), on any weighted mixture of losses (--set
// loss="mse+0.5*ssim"; see losses/mixture.h). Data: a folder of good pictures, halved by the
// antialiased bicubic; the network enlarges its input bicubically first. network=vae_sr trains the
// variational auto-encoder of models/generators/vae_sr.h instead, with kl_weight times the
// divergence of its codes. Otherwise than the notebook: Adam instead of Adadelta; patches of 128
// instead of whole pictures of 256; no L1 penalty of 1e-9 on activations, which changes nothing;
// SSIM slides over each colour channel alone (the notebook's window runs over the colours too).
// Held-out metric: psnr_y.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_autoencoder_recipe();

}  // namespace gan::training
