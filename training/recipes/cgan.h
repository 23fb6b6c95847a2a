// SPDX-License-Identifier: LGPL-2.1-or-later
// cgan: 28x28 pictures of a chosen class (Mirza and Osindero 2014, arXiv:1411.1784; Brownlee's
// GAN book, chapter 17): Adam 2e-4 (0.5, 0.999) for both, batch 128 (64 real and 64 generated
// pictures an update in the book's code; here 128 of each, in one update), binary cross entropy,
// the discriminator first. Data: the IDX files of MNIST or Fashion-MNIST. Held-out metric:
// class_accuracy, the share of generated pictures that a network trained on the real ones finds in
// the class they were asked for; its own accuracy on held-out pictures stands beside.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_cgan_recipe();

}  // namespace gan::training
