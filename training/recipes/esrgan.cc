// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/esrgan.h"

#include <optional>

#include "core/error.h"
#include "models/discriminators/unet_sn.h"
#include "models/discriminators/vgg_style.h"
#include "models/generators/rrdbnet.h"
#include "training/losses/gan.h"
#include "training/losses/perceptual.h"
#include "training/losses/pixel.h"
#include "training/recipes/judgement.h"
#include "training/recipes/restoration.h"

namespace gan::training {
namespace {

struct EsrganRunOptions : RestorationOptions {
  RrdbNetOptions network;
  std::string discriminator = "unet_sn";  // unet_sn | vgg_style
  int d_features = 64;
  double lr_d = 1e-4;
  int pretrain_steps = 10000;
  double l1_weight = 1e-2, perceptual_weight = 1, gan_weight = 5e-3;
  std::string vgg;  // file of VGG19 weights; "none" or "random" by name

  EsrganRunOptions() {
    batch = 4;
    steps = 60000;
    scale = 4;
    patch = 96;
  }
  void visit(OptionVisitor& v) override {
    RestorationOptions::visit(v);
    v.integer("features", network.features, 1, 1024, "feature maps of the generator");
    v.integer("blocks", network.blocks, 1, 128, "residual-in-residual dense blocks");
    v.integer("growth", network.growth, 1, 512, "channels that each dense convolution adds");
    v.text("discriminator", discriminator, "unet_sn|vgg_style", "");
    v.integer("d_features", d_features, 1, 512, "feature maps of the discriminator");
    v.real("lr_d", lr_d, 0, 10, "base learning rate of the discriminator");
    v.integer("pretrain_steps", pretrain_steps, 0, 1000000000, "first steps, on L1 alone");
    v.real("l1_weight", l1_weight, 0, 1e6, "of L1 after them");
    v.real("perceptual_weight", perceptual_weight, 0, 1e6, "of VGG19's conv5_4, L1");
    v.real("gan_weight", gan_weight, 0, 1e6, "of the adversarial loss");
    v.text("vgg", vgg, "", "file of VGG19 weights; none leaves the term out; random tries it out");
  }
};

class EsrganRecipe : public RestorationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    if (auto vgg = losses::feature_network("19", options_.vgg, state.device()))
      perceptual_.emplace(vgg, std::vector<losses::FeatureTerm>{{"conv5_4"}},
                          losses::Perceptual::Distance::kL1);
    options_.network.scale = options_.scale;
    auto judge = judge_options(options_.patch * options_.scale);
    open_data(state, folder, options_);
    auto& g = state.add_network("g", "rrdbnet", std::make_unique<RrdbNetOptions>(options_.network),
                                options_.ema > 0);
    auto& d = state.add_network("d", options_.discriminator, std::move(judge));
    state.add_optimizer("g", g.parameters(), {.lr = options_.lr, .beta2 = 0.99});
    state.add_optimizer("d", d.parameters(), {.lr = options_.lr_d, .beta2 = 0.99});
  }

  void step(Step& step) override {
    auto& g = *step.state().network("g").network;
    if (step.number() <= options_.pretrain_steps) {
      step.update({"g"}, "l1", [&](const Batch& batch, size_t) {
        return losses::l1(g.run({batch.input, {}, {}}), batch.target);
      });
      return;
    }
    auto& d = *step.state().network("d").network;
    constexpr auto kKind = losses::Adversarial::kVanilla;
    std::vector<torch::Tensor> fakes;
    step.update({"g"}, "loss_g", [&](const Batch& batch, size_t) {
      const auto fake = g.run({batch.input, {}, {}});
      fakes.push_back(fake.detach());
      const auto l1 = losses::l1(fake, batch.target);
      const auto real_logits = d.run({batch.target, {}, {}}).detach();
      const auto adversarial =
          losses::relativistic_generator(kKind, real_logits, d.run({fake, {}, {}})) / 2;
      step.log("l1", l1);
      step.log("gan", adversarial);
      auto loss = options_.l1_weight * l1 + options_.gan_weight * adversarial;
      if (perceptual_ && options_.perceptual_weight > 0) {
        const auto perceptual = (*perceptual_)(fake, batch.target);
        step.log("perceptual", perceptual);
        loss = loss + options_.perceptual_weight * perceptual;
      }
      return loss;
    });
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t place) {
      const auto real = d.run({batch.target, {}, {}}), fake = d.run({fakes[place], {}, {}});
      log_judgement(step, kKind, real - fake.mean(), fake - real.mean());
      return losses::relativistic_discriminator(kKind, real, fake) / 2;
    });
  }

 private:
  std::unique_ptr<Options> judge_options(int large) const {
    if (options_.discriminator == "vgg_style") {
      check(large == 128 || large == 256, ErrorKind::kSettings,
            "discriminator=vgg_style wants large patches of 128 or 256, patch ", options_.patch,
            " at scale ", options_.scale, " makes ", large);
      auto options = std::make_unique<VggStyleOptions>();
      options->features = options_.d_features;
      options->side = large;
      return options;
    }
    check(large % 8 == 0, ErrorKind::kSettings, "discriminator=unet_sn wants large patches of a ",
          "multiple of 8, patch ", options_.patch, " at scale ", options_.scale, " makes ", large);
    auto options = std::make_unique<UnetSnOptions>();
    options->features = options_.d_features;
    return options;
  }

  EsrganRunOptions options_;
  std::optional<losses::Perceptual> perceptual_;
};

}  // namespace

std::unique_ptr<Recipe> make_esrgan_recipe() { return std::make_unique<EsrganRecipe>(); }

}  // namespace gan::training
