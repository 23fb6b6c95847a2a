// SPDX-License-Identifier: LGPL-2.1-or-later
// unet: a U-Net that repairs "crapified" pictures, on the mean squared error of its pixels (the
// README of image-superres; fast.ai's course v3, lesson 7). network=resnet_unet is fast.ai's
// DynamicUnet on a ResNet-34; encoder=FILE starts it from ImageNet weights (torchvision's
// resnet34), which stay as they are for freeze_steps; without it everything learns from nothing.
// network=sr_unet is a small plain U-Net. Data: a folder of good pictures, damaged on the fly.
// Otherwise than fast.ai: pictures are compared in [0, 1], not in ImageNet's normalised values;
// turned and mirrored instead of its zooms, warps and lighting; one rate for all layers; no
// weight decay (there 1e-3); ICNR does not take effect there and is not imitated. Held-out metric:
// psnr_y; psnr_y_gain is over the damaged pictures.
#pragma once

#include <memory>
#include <optional>

#include "training/losses/mixture.h"
#include "training/recipes/restoration.h"

namespace gan::training {

struct UnetRunOptions : RestorationOptions {
  std::string network = "resnet_unet";  // resnet_unet | sr_unet
  int features = 64;
  std::string blocks = "3-4-6-3";  // resnet_unet
  bool self_attention = false;     // resnet_unet
  int levels = 4;                  // sr_unet
  std::string encoder = "none";    // resnet_unet: file of ResNet-34 weights, or none
  int freeze_steps = 0;            // resnet_unet
  std::string loss = "mse";

  UnetRunOptions();
  void visit(OptionVisitor& v) override;

 protected:
  void make_small() override;
  std::string own_network() const override { return network; }
  std::unique_ptr<Options> own_options(const std::string& table) const override;
};

// The recipe; those that add to its loss derive from it.
class UnetRecipe : public RestorationRecipe {
 public:
  RecipeOptions& options() override { return options_; }
  void prepare(RunState& state, const std::string& folder) override;
  void step(Step& step) override;

 protected:
  explicit UnetRecipe(UnetRunOptions& options) : options_(options) {}
  // What the generator makes of the batch and its loss.
  torch::Tensor restore(RunState& state, const Batch& batch);
  virtual torch::Tensor loss(Step& step, const torch::Tensor& output, const torch::Tensor& target);
  const losses::Mixture& pixel_loss() const { return *loss_; }
  // Keeps the encoder as it is during the first freeze_steps.
  void freeze_encoder(Step& step);

 private:
  UnetRunOptions& options_;
  std::optional<losses::Mixture> loss_;
};

std::unique_ptr<Recipe> make_unet_recipe();

}  // namespace gan::training
