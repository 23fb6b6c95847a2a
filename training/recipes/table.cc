// SPDX-License-Identifier: LGPL-2.1-or-later
#include <span>
#include <utility>

#include "core/error.h"
#include "training/recipes/augcyclegan.h"
#include "training/recipes/autoencoder.h"
#include "training/recipes/cgan.h"
#include "training/recipes/compact.h"
#include "training/recipes/cyclegan.h"
#include "training/recipes/dcgan.h"
#include "training/recipes/esrgan.h"
#include "training/recipes/pix2pix.h"
#include "training/recipes/realesrgan.h"
#include "training/recipes/recipe.h"
#include "training/recipes/unet.h"
#include "training/recipes/unet_gan.h"
#include "training/recipes/unet_perceptual.h"
#include "training/recipes/vae.h"
#include "training/recipes/wespe.h"

namespace gan::training {
namespace {

constexpr RecipeEntry kTable[] = {
    {"augcyclegan", "many enhanced pictures of one, chosen by a code, with few pairs or none",
     "psnr_rgb of code 0, diversity", "Almahairi et al. 2018; Aug-CycleGAN-keras",
     make_augcyclegan_recipe},
    {"autoencoder", "super-resolution by an auto-encoder on any mixture of losses", "psnr_y",
     "image-superres", make_autoencoder_recipe},
    {"cgan", "28x28 pictures of a chosen class", "share of pictures found in their class",
     "Mirza and Osindero 2014; Brownlee's GAN book", make_cgan_recipe},
    {"compact", "small super-resolution network on pixel losses", "psnr_y",
     "SRVGGNetCompact of Real-ESRGAN", make_compact_recipe},
    {"cyclegan", "picture to picture without pairs", "psnr_rgb of held-out pairs, else swd",
     "Zhu et al. 2017", make_cyclegan_recipe},
    {"dcgan", "pictures from codes", "swd", "Radford et al. 2016; pytorch/examples",
     make_dcgan_recipe},
    {"esrgan", "super-resolution with a relativistic discriminator", "psnr_y",
     "Wang et al. 2018; BasicSR", make_esrgan_recipe},
    {"pix2pix", "picture to picture from pairs", "psnr_rgb", "Isola et al. 2017",
     make_pix2pix_recipe},
    {"realesrgan", "super-resolution of pictures of unknown damage", "psnr_y", "Wang et al. 2021",
     make_realesrgan_recipe},
    {"unet", "repair by a U-Net on pixel losses", "psnr_y", "fast.ai course v3, lesson 7",
     make_unet_recipe},
    {"unet-gan", "repair by a U-Net against a critic", "psnr_y", "fast.ai course v3, lesson 7",
     make_unet_gan_recipe},
    {"unet-perceptual", "repair by a U-Net on VGG16's features", "psnr_y",
     "Johnson et al. 2016; fast.ai course v3", make_unet_perceptual_recipe},
    {"vae", "variational auto-encoder of pictures", "psnr_rgb of reconstructions, swd",
     "Kingma and Welling 2014; PyTorch-VAE", make_vae_recipe},
    {"wespe", "phone photographs toward a better camera's, without pairs",
     "psnr_rgb of held-out pairs, else swd", "Ignatov et al. 2018; Wespe-Keras", make_wespe_recipe},
};

}  // namespace

std::span<const RecipeEntry> recipe_table() { return kTable; }

const RecipeEntry& find_recipe(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& entry : kTable) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  std::string list;
  for (const auto& word : known) list += (list.empty() ? "" : ", ") + word;
  const std::string near = nearest_word(name, known);
  fail(ErrorKind::kSettings, "recipe must be one of ", list, "; got \"", name, "\"",
       near.empty() ? "" : "; did you mean \"" + near + "\"?");
}

void RecipeOptions::visit(OptionVisitor& v) {
  v.text("size", size, "paper|small",
         "defaults: the sources' constants, or for half an hour on two cores");
  if (size == "small" && !std::exchange(is_small_, true)) make_small();
  v.integer("steps", steps, 1, 1000000000, "optimisation steps");
  v.integer("batch", batch, 1, 65536, "samples a batch");
  v.integer("accumulate", accumulate, 1, 65536, "batches a step, whose gradients are averaged");
  v.real("clip", clip, 0, 1e9, "largest norm of an optimizer's gradient, 0: none");
  v.integer("seed", seed, 0, 2147483647, "of all random numbers");
  v.integer("workers", workers, 1, 256, "loader threads");
  v.real("lr", lr, 0, 10, "base learning rate");
  schedule.visit(v);
  v.real("ema", ema, 0, 1, "largest decay of the averaged weights, 0: none");
  v.real("look", look, 0, 1e7,
         "seconds of training to the first look, the next twice as far, 0: none");
  v.integer("log_every", log_every, 1, 1000000000, "steps between rows of metrics.csv");
  v.integer("validate_every", validate_every, 0, 1000000000, "steps, 0: never");
  v.integer("save_every", save_every, 1, 1000000000, "steps between checkpoints");
  v.integer("keep", keep, 1, 1000000, "files of weights kept beside latest and best");
  v.text("init", init, "", "checkpoint to start from");
  v.text("freeze", freeze, "", "networks that keep their weights, by role, such as d");
  v.text("licence", licence, "", "of the weights; written into checkpoints");
  v.text("provenance", provenance, "", "training data and its terms; written into checkpoints");
}

}  // namespace gan::training
