// SPDX-License-Identifier: LGPL-2.1-or-later
// augcyclegan: many enhanced pictures of one, chosen by a code: Augmented CycleGAN (Almahairi et
// al. 2018, arXiv:1802.10151) as Aug-CycleGAN-keras changes it (GBATZOLIS; README and branch ppl),
// for photographs of phones.
//
// Both sides have codes (sides=two; sides=one is the paper's, whose way back has none). A step is
// `rounds` times (A's cycle, B's cycle), then, where there are pairs, one supervised step on them,
// then every path_every steps one of path length. A cycle's losses, each with its weight, are of
// losses/augmented_cycle.h: least squares of picture and of code (marginal matching), the cycle of
// the picture and of the code, blur. The judges' gradients come from the same forward pass and are
// applied first. Supervised: L1 of both ways with the encoders' codes. Adam 2e-4 (0.5, 0.999) for
// four optimizers: generators, encoders, judges of pictures, judges of codes.
//
// Semi-supervised by default (paired=auto): where the data has pairs, or simulate=phone makes them,
// one half serves as pairs and the other as pictures of two domains that do not belong together.
// paired=none takes no pairs, paired=DIR those of another folder.
//
// style=modulated is StyleGAN2's modulated convolution, style=cin the paper's conditional instance
// norm, which the README replaces because of its blobs. path=step is the code's form of path-length
// regularisation (two codes 0.1 apart should move the picture by the running mean); path=stylegan2
// that of Karras et al. 2020. Averaged weights (ema) are G's.
//
// mode_seeking_weight (0 there in the end, 1 in one of its versions) rewards outputs that differ as
// their codes do (Mao et al. 2019): it wakes the codes in runs that are short.
// mode_seeking=detail counts what the blur of the blur loss takes away, less what it leaves, so
// that codes choose detail and not tints.
//
// Where that code is not followed: the generators are residual (models/blocks/residual.h), so step
// 0 is the input; the layers that turn codes into styles start large enough for codes to be seen
// (models/generators/augcyclegan.h); the encoders normalise layers instead of batches
// (e_norm=layer), because their last batch norm sees a single number a channel and in small batches
// leaves nothing of a code: its batch of 1 learns none, and is refused with e_norm=batch. The batch
// is 20 here, as in one of its versions. Its supervised perceptual term has no gradient there; here
// --set vgg=FILE gives it one, perceptual_weight of VGG19's five layers in both ways, each place's
// features scaled to length 1 as there, pictures normalised as torchvision does (there: as Caffe).
// Its two networks of a kind share one Adam's step counter; here each parameter has its own. The
// first of its path steps uses a mean of 0; here too (the golden trace). Toward the paper:
// sides=one style=cin latent=16 rounds=1 path=none blur_weight=0 code_weight=0.025 clip=500
// batch=32. Its judges and encoders (for squares of 64), the judges' rate of a fifth and codes kept
// within 4 are not offered.
//
// Data: two domains, with pairs or without (trainA trainB, A/ B/, DPED), or good pictures with
// --set simulate=phone. Held-out metric: psnr_rgb with the code 0, psnr_best of eight codes,
// diversity: the mean absolute difference of pictures of different codes, in code values of 255,
// blurred_diversity, the same of K y, blur, how far K x is from K y, and feature_peak, how far the
// worst blob stands out of G's last feature maps.
#pragma once

#include <memory>

#include "training/recipes/recipe.h"

namespace gan::training {

std::unique_ptr<Recipe> make_augcyclegan_recipe();

}  // namespace gan::training
