// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/unet_perceptual.h"

#include "training/losses/perceptual.h"
#include "training/recipes/unet.h"

namespace gan::training {
namespace {

struct UnetPerceptualRunOptions : UnetRunOptions {
  std::string preset = "relu3_3";
  double perceptual_weight = 1;
  losses::FeatureOptions features_of;

  UnetPerceptualRunOptions() { loss = "l1"; }
  void visit(OptionVisitor& v) override {
    UnetRunOptions::visit(v);
    v.text("preset", preset, "relu3_3|fastai", "the text's one layer, or three with gram matrices");
    v.real("perceptual_weight", perceptual_weight, 0, 1e6, "of the features");
    features_of.visit(v, "16");
    visit_generator(v);
  }

 protected:
  void make_small() override {
    UnetRunOptions::make_small();
    features_of.perceptual = "mobilenet";
    perceptual_weight = 0.02;
  }
};

class UnetPerceptualRecipe : public UnetRecipe {
 public:
  UnetPerceptualRecipe() : UnetRecipe(all_) {}

  void prepare(RunState& state, const std::string& folder) override {
    using losses::Perceptual;
    const bool fastai = all_.preset == "fastai";
    const auto network =
        losses::feature_network(fastai ? "16_bn" : "16", all_.features_of, state.device());
    if (network && !all_.features_of.uses_vgg()) {
      perceptual_.emplace(losses::mobilenet_distance(network));
    } else if (network) {
      std::vector<losses::FeatureTerm> terms = {{"relu3_3"}};
      if (fastai) {
        constexpr double kGram = 5000;
        terms = {
            {"relu3_3", 5, 25 * kGram}, {"relu4_3", 15, 225 * kGram}, {"relu5_3", 2, 4 * kGram}};
      }
      perceptual_.emplace(network, terms,
                          fastai ? Perceptual::Distance::kL1 : Perceptual::Distance::kMse);
    }
    UnetRecipe::prepare(state, folder);
  }

 protected:
  torch::Tensor loss(Step& step, const torch::Tensor& output,
                     const torch::Tensor& target) override {
    const auto pixels = pixel_loss()(output, target);
    step.log("pixels", pixels);
    if (!perceptual_ || all_.perceptual_weight == 0) return pixels;
    const auto features = (*perceptual_)(output, target);
    step.log("perceptual", features);
    return pixels + all_.perceptual_weight * features;
  }

 private:
  UnetPerceptualRunOptions all_;
  std::optional<losses::Perceptual> perceptual_;
};

}  // namespace

std::unique_ptr<Recipe> make_unet_perceptual_recipe() {
  return std::make_unique<UnetPerceptualRecipe>();
}

}  // namespace gan::training
