// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/realesrgan.h"

#include <optional>

#include "core/error.h"
#include "models/discriminators/unet_sn.h"
#include "models/generators/rrdbnet.h"
#include "training/losses/gan.h"
#include "training/losses/perceptual.h"
#include "training/losses/pixel.h"
#include "training/recipes/judgement.h"
#include "training/recipes/restoration.h"

namespace gan::training {
namespace {

struct RealEsrganRunOptions : RestorationOptions {
  RrdbNetOptions network;
  UnetSnOptions judge;
  double lr_gan = 1e-4;
  int pretrain_steps = 1000000;
  double l1_weight = 1, perceptual_weight = 1, gan_weight = 0.1;
  bool sharpen = true;
  std::string vgg;

  RealEsrganRunOptions() {
    degradation = "realesrgan";
    scale = 4;
    patch = 64;
    batch = 12;
    steps = 1400000;
  }
  void visit(OptionVisitor& v) override {
    RestorationOptions::visit(v);
    v.integer("features", network.features, 1, 1024, "feature maps of the generator");
    v.integer("blocks", network.blocks, 1, 128, "residual-in-residual dense blocks");
    v.integer("growth", network.growth, 1, 512, "channels that each dense convolution adds");
    v.integer("d_features", judge.features, 1, 512, "feature maps of the discriminator");
    v.real("lr_gan", lr_gan, 0, 10, "base learning rate of both after the first stage");
    v.integer("pretrain_steps", pretrain_steps, 0, 1000000000, "first steps, on L1 alone");
    v.real("l1_weight", l1_weight, 0, 1e6, "of L1 after them");
    v.real("perceptual_weight", perceptual_weight, 0, 1e6, "of the features");
    v.real("gan_weight", gan_weight, 0, 1e6, "of the adversarial loss");
    v.flag("sharpen", sharpen, "the targets of pixels and features");
    v.text("vgg", vgg, "", "file of VGG19 weights; none leaves the term out; random tries it out");
  }
};

class RealEsrganRecipe : public RestorationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    if (auto vgg = losses::feature_network("19", options_.vgg, state.device()))
      perceptual_.emplace(
          vgg,
          std::vector<losses::FeatureTerm>{
              {"conv1_2", 0.1}, {"conv2_2", 0.1}, {"conv3_4"}, {"conv4_4"}, {"conv5_4"}},
          losses::Perceptual::Distance::kL1);
    check(options_.patch * options_.scale % 8 == 0, ErrorKind::kSettings,
          "patch times scale must be a multiple of 8, got ", options_.patch, " times ",
          options_.scale);
    options_.network.scale = options_.scale;
    open_data(state, folder, options_, /*sharpened=*/true);
    auto& g = state.add_network("g", "rrdbnet", std::make_unique<RrdbNetOptions>(options_.network),
                                options_.ema > 0);
    auto& d = state.add_network("d", "unet_sn", std::make_unique<UnetSnOptions>(options_.judge));
    state.add_optimizer("g", g.parameters(), {.lr = options_.lr, .beta2 = 0.99});
    state.add_optimizer("d", d.parameters(), {.lr = options_.lr_gan, .beta2 = 0.99});
  }

  void step(Step& step) override {
    auto& g = *step.state().network("g").network;
    // The plain picture for the discriminator, the sharpened one for the other losses.
    const auto plain = [](const Batch& batch) { return batch.target.narrow(1, 0, 3); };
    const auto wanted = [&](const Batch& batch) {
      return batch.target.narrow(1, options_.sharpen ? 3 : 0, 3);
    };
    if (step.number() <= options_.pretrain_steps) {
      step.update({"g"}, "l1", [&](const Batch& batch, size_t) {
        return losses::l1(g.run({batch.input, {}, {}}), wanted(batch));
      });
      return;
    }
    if (options_.lr > 0) step.state().scale_lr("g", options_.lr_gan / options_.lr);
    auto& d = *step.state().network("d").network;
    constexpr auto kKind = losses::Adversarial::kVanilla;
    std::vector<torch::Tensor> fakes;
    step.update({"g"}, "loss_g", [&](const Batch& batch, size_t) {
      const auto fake = g.run({batch.input, {}, {}});
      fakes.push_back(fake.detach());
      const auto l1 = losses::l1(fake, wanted(batch));
      const auto adversarial = losses::generator(kKind, d.run({fake, {}, {}}));
      step.log("l1", l1);
      step.log("gan", adversarial);
      auto loss = options_.l1_weight * l1 + options_.gan_weight * adversarial;
      if (perceptual_ && options_.perceptual_weight > 0) {
        const auto perceptual = (*perceptual_)(fake, wanted(batch));
        step.log("perceptual", perceptual);
        loss = loss + options_.perceptual_weight * perceptual;
      }
      return loss;
    });
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t place) {
      const auto real = d.run({plain(batch), {}, {}}), fake = d.run({fakes[place], {}, {}});
      log_judgement(step, kKind, real, fake);
      return losses::discriminator_real(kKind, real) + losses::discriminator_fake(kKind, fake);
    });
  }

 private:
  RealEsrganRunOptions options_;
  std::optional<losses::Perceptual> perceptual_;
};

}  // namespace

std::unique_ptr<Recipe> make_realesrgan_recipe() { return std::make_unique<RealEsrganRecipe>(); }

}  // namespace gan::training
