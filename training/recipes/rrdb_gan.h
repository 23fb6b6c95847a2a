// SPDX-License-Identifier: LGPL-2.1-or-later
// What esrgan and realesrgan share: a generator g, by itself an RRDBNet, that first learns L1
// alone, then L1, features (of VGG19 L1 before their ReLUs) and a discriminator d. Batches whose
// targets have six channels (RestorationRecipe::open_data's sharpened) want the sharpened picture
// of pixels and features; the discriminator's real pictures are the plain ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/generators/rrdbnet.h"
#include "training/losses/perceptual.h"
#include "training/recipes/restoration.h"

namespace gan::training {

struct RrdbGanOptions : RestorationOptions {
  RrdbNetOptions network;
  int d_features = 64;
  int pretrain_steps = 0;
  double l1_weight = 1, perceptual_weight = 1, gan_weight = 1;
  losses::FeatureOptions features;
  RrdbGanOptions() : RestorationOptions({"rrdbnet"}) {}
  void visit(OptionVisitor& v) override;

 protected:
  void make_small() override;
  std::string own_network() const override { return "rrdbnet"; }
  std::unique_ptr<Options> own_options(const std::string& table) const override;
};

class RrdbGanRecipe : public RestorationRecipe {
 protected:
  // Opens the features; none with vgg=none. terms: of VGG19.
  void open_features(RunState& state, const RrdbGanOptions& options,
                     std::vector<losses::FeatureTerm> terms);
  // The options of a discriminator unet_sn.
  static std::unique_ptr<Options> unet_judge(const RrdbGanOptions& options);
  // Networks g and d with an Adam each, g's (0.9, 0.99). Throws kSettings where one cannot take the
  // patches.
  static void add_networks(RunState& state, const RrdbGanOptions& options, const std::string& d,
                           std::unique_ptr<Options> d_options, const AdamSettings& adam_d);
  // relativistic: the relativistic average loss with the mean of its two halves; otherwise cross
  // entropy with their sum.
  void update(Step& step, const RrdbGanOptions& options, bool relativistic) const;

 private:
  std::optional<losses::Perceptual> perceptual_;
};

}  // namespace gan::training
