// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/pix2pix.h"

#include "core/error.h"
#include "models/discriminators/patchgan.h"
#include "models/generators/resnet.h"
#include "models/generators/unet.h"
#include "training/losses/pixel.h"
#include "training/recipes/generator.h"
#include "training/recipes/judgement.h"
#include "training/recipes/picture_side.h"
#include "training/recipes/translation.h"

namespace gan::training {
namespace {

struct Pix2PixRunOptions : TranslationOptions {
  GeneratorChoice generator{"unet", {"resnet"}};
  UnetOptions unet;
  int blocks = 9;
  PatchGanOptions patchgan;
  std::string gan = "vanilla";
  double l1_weight = 100;

  Pix2PixRunOptions() {
    batch = 1;
    ema = 0;
    steps = 80000;
    schedule.kind = "linear";
    unet.test_norm = "batch";
    patchgan.in_channels = 6;
  }
  void visit(OptionVisitor& v) override {
    TranslationOptions::visit(v);
    v.integer("features", unet.features, 1, 512, "feature maps of the generator's first layer");
    v.integer("levels", unet.levels, 5, 10, "unet: halvings; crop must be a multiple of 2^levels");
    v.integer("blocks", blocks, 0, 64, "resnet: residual blocks");
    v.text("norm", unet.norm, "batch|instance|none", "of both networks");
    v.flag("dropout", unet.dropout, "0.5 inside the generator");
    v.integer("d_features", patchgan.features, 1, 512, "feature maps of the discriminator");
    v.integer("d_layers", patchgan.layers, 1, 8, "its halvings; 3 see patches of 70 pixels");
    v.text("gan", gan, losses::kAdversarialWords, "adversarial loss");
    v.real("l1_weight", l1_weight, 0, 1e6, "of L1");
    generator.visit(v, plain());
  }
  std::unique_ptr<Options> generator_options() const { return generator.options(plain()); }

 protected:
  void make_small() override {
    unet.features = 32;
    unet.levels = 6;
    patchgan.features = 16;
    patchgan.layers = 2;
    crop.load = 70;
    crop.crop = 64;
    steps = 6000;
    log_every = 100;
    validate_every = save_every = 1000;
  }

 private:
  GeneratorChoice::Plain plain() const {
    return [this](const std::string& network) -> std::unique_ptr<Options> {
      if (network == "unet") return std::make_unique<UnetOptions>(unet);
      if (network != "resnet") return default_options(network, 1);
      auto options = std::make_unique<ResnetOptions>();
      options->features = unet.features;
      options->blocks = blocks;
      options->norm = unet.norm;
      options->dropout = unet.dropout;
      options->test_norm = unet.test_norm;
      return options;
    };
  }
};

class Pix2PixRecipe : public TranslationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    open_data(state, folder, options_, Pairing::kPaired);
    add_generator(state, options_.generator.network, options_.generator_options(), 1,
                  options_.ema > 0);
    options_.patchgan.norm = options_.unet.norm;
    state.add_network("d", "patchgan", std::make_unique<PatchGanOptions>(options_.patchgan));
    for (const char* network : {"g", "d"})
      check_side(state.network(network), options_.crop.crop, concat("crop=", options_.crop.crop));
    const AdamSettings adam{.lr = options_.lr, .beta1 = 0.5};
    for (const char* network : {"g", "d"})
      state.add_optimizer(network, state.network(network).network->parameters(), adam);
  }

  void step(Step& step) override {
    const auto &g = step.state().network("g"), &d = step.state().network("d");
    const auto kind = losses::adversarial_from_word(options_.gan);
    const auto judged = [&](const Batch& batch, const torch::Tensor& output) {
      return d.run({torch::cat({signed_unit(batch.input), output}, 1), {}, {}});
    };
    Generated fakes(
        step, g, [&](const Batch& batch, size_t) { return signed_unit(enhanced(g, batch.input)); });
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t place) {
      const auto fake = judged(batch, fakes.detached(place)),
                 real = judged(batch, signed_unit(batch.target));
      log_judgement(step, kind, real, fake);
      return (losses::discriminator_real(kind, real) + losses::discriminator_fake(kind, fake)) / 2;
    });
    step.update({"g"}, "loss_g", [&](const Batch& batch, size_t place) {
      const auto fake = fakes.attached(place);
      const auto adversarial = losses::generator(kind, judged(batch, fake));
      const auto l1 = losses::l1(fake, signed_unit(batch.target));
      step.log("gan", adversarial);
      step.log("l1", l1);
      return adversarial + options_.l1_weight * l1;
    });
  }

 private:
  Pix2PixRunOptions options_;
};

}  // namespace

std::unique_ptr<Recipe> make_pix2pix_recipe() { return std::make_unique<Pix2PixRecipe>(); }

}  // namespace gan::training
