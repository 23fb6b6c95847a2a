// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/pix2pix.h"

#include "core/error.h"
#include "models/discriminators/patchgan.h"
#include "models/generators/resnet.h"
#include "models/generators/unet.h"
#include "training/losses/pixel.h"
#include "training/recipes/judgement.h"
#include "training/recipes/picture_side.h"
#include "training/recipes/translation.h"

namespace gan::training {
namespace {

struct Pix2PixRunOptions : TranslationOptions {
  std::string generator = "unet";
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
    v.text("generator", generator, "unet|resnet", "");
    v.integer("features", unet.features, 1, 512, "feature maps of the generator's first layer");
    v.integer("levels", unet.levels, 5, 10, "unet: halvings; crop must be a multiple of 2^levels");
    v.integer("blocks", blocks, 0, 64, "resnet: residual blocks");
    v.text("norm", unet.norm, "batch|instance|none", "of both networks");
    v.flag("dropout", unet.dropout, "0.5 inside the generator");
    v.integer("d_features", patchgan.features, 1, 512, "feature maps of the discriminator");
    v.integer("d_layers", patchgan.layers, 1, 8, "its halvings; 3 see patches of 70 pixels");
    v.text("gan", gan, losses::kAdversarialWords, "adversarial loss");
    v.real("l1_weight", l1_weight, 0, 1e6, "of L1");
  }
};

class Pix2PixRecipe : public TranslationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    const bool unet = options_.generator == "unet";
    open_data(state, folder, options_, /*paired=*/true);
    auto& g = unet ? state.add_network("g", "unet", std::make_unique<UnetOptions>(options_.unet),
                                       options_.ema > 0)
                   : state.add_network("g", "resnet", resnet_options(), options_.ema > 0);
    options_.patchgan.norm = options_.unet.norm;
    auto& d =
        state.add_network("d", "patchgan", std::make_unique<PatchGanOptions>(options_.patchgan));
    for (const char* network : {"g", "d"})
      check_side(state.network(network), options_.crop.crop, concat("crop=", options_.crop.crop));
    const AdamSettings adam{.lr = options_.lr, .beta1 = 0.5};
    state.add_optimizer("g", g.parameters(), adam);
    state.add_optimizer("d", d.parameters(), adam);
  }

  void step(Step& step) override {
    auto& g = *step.state().network("g").network;
    auto& d = *step.state().network("d").network;
    const auto kind = losses::adversarial_from_word(options_.gan);
    const auto judged = [&](const Batch& batch, const torch::Tensor& output) {
      return d.run({torch::cat({signed_unit(batch.input), output}, 1), {}, {}});
    };
    std::vector<torch::Tensor> fakes;
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t) {
      fakes.push_back(g.run({signed_unit(batch.input), {}, {}}));
      const auto real = judged(batch, signed_unit(batch.target)),
                 fake = judged(batch, fakes.back().detach());
      log_judgement(step, kind, real, fake);
      return (losses::discriminator_real(kind, real) + losses::discriminator_fake(kind, fake)) / 2;
    });
    step.update({"g"}, "loss_g", [&](const Batch& batch, size_t place) {
      const auto adversarial = losses::generator(kind, judged(batch, fakes[place]));
      const auto l1 = losses::l1(fakes[place], signed_unit(batch.target));
      step.log("gan", adversarial);
      step.log("l1", l1);
      return adversarial + options_.l1_weight * l1;
    });
  }

 private:
  std::unique_ptr<Options> resnet_options() const {
    auto options = std::make_unique<ResnetOptions>();
    options->features = options_.unet.features;
    options->blocks = options_.blocks;
    options->norm = options_.unet.norm;
    options->dropout = options_.unet.dropout;
    options->test_norm = options_.unet.test_norm;
    return options;
  }

  Pix2PixRunOptions options_;
};

}  // namespace

std::unique_ptr<Recipe> make_pix2pix_recipe() { return std::make_unique<Pix2PixRecipe>(); }

}  // namespace gan::training
