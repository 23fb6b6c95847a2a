// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/cyclegan.h"

#include "core/error.h"
#include "models/blocks/residual.h"
#include "models/discriminators/patchgan.h"
#include "models/generators/resnet.h"
#include "training/losses/pixel.h"
#include "training/recipes/image_pool.h"
#include "training/recipes/judgement.h"
#include "training/recipes/picture_side.h"
#include "training/recipes/translation.h"

namespace gan::training {
namespace {

struct CycleGanRunOptions : TranslationOptions {
  ResnetOptions network;
  PatchGanOptions patchgan;
  std::string gan = "lsgan";
  double cycle_weight = 10, identity_weight = 0.5;
  int pool = 50;

  CycleGanRunOptions() {
    batch = 1;
    ema = 0;
    steps = 200000;
    schedule.kind = "linear";
    patchgan.norm = "instance";
    network.residual = true;
  }
  void visit(OptionVisitor& v) override {
    TranslationOptions::visit(v);
    v.integer("features", network.features, 1, 512, "feature maps of the generators' first layer");
    v.integer("blocks", network.blocks, 0, 64, "residual blocks: 9, or 6 for squares of 128");
    v.text("norm", network.norm, "instance|batch|none", "of the generators");
    v.flag("residual", network.residual, kResidualHelp);
    v.integer("d_features", patchgan.features, 1, 512, "feature maps of the discriminators");
    v.integer("d_layers", patchgan.layers, 1, 8, "their halvings; 3 see patches of 70 pixels");
    v.text("gan", gan, losses::kAdversarialWords, "adversarial loss");
    v.real("cycle_weight", cycle_weight, 0, 1e6, "of both cycles");
    v.real("identity_weight", identity_weight, 0, 1e6, "times cycle_weight, of identity");
    v.integer("pool", pool, 0, 100000, "earlier results kept for each discriminator");
  }

 protected:
  void make_small() override {
    network.features = 16;
    network.blocks = 3;
    patchgan.features = 16;
    patchgan.layers = 2;
    crop.load = 70;
    crop.crop = 64;
    batch = 2;
    lr = 5e-4;
    steps = 3000;
    log_every = 100;
    validate_every = save_every = 500;
  }
};

class CycleGanRecipe : public TranslationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    open_data(state, folder, options_, Pairing::kUnpaired);
    const auto generator = [&](const char* role) {
      return state
          .add_network(role, "resnet", std::make_unique<ResnetOptions>(options_.network),
                       options_.ema > 0)
          .parameters();
    };
    const auto judge = [&](const char* role) {
      return state
          .add_network(role, "patchgan", std::make_unique<PatchGanOptions>(options_.patchgan))
          .parameters();
    };
    const AdamSettings adam{.lr = options_.lr, .beta1 = 0.5};
    const auto g = generator("g"), f = generator("f"), d_a = judge("d_a"), d_b = judge("d_b");
    for (const char* network : {"g", "d_a"})
      check_side(state.network(network), options_.crop.crop, concat("crop=", options_.crop.crop));
    state.add_optimizer("g", joined(g, f), adam);
    state.add_optimizer("d", joined(d_a, d_b), adam);
    pool_a_.emplace(state, "a", options_.pool);
    pool_b_.emplace(state, "b", options_.pool);
  }

  void step(Step& step) override {
    RunState& state = step.state();
    const auto &g = state.network("g"), &f = state.network("f"), &d_a = state.network("d_a"),
               &d_b = state.network("d_b");
    const auto kind = losses::adversarial_from_word(options_.gan);
    const auto run = [](const NamedNetwork& network, const torch::Tensor& picture) {
      return network.run({picture, {}, {}});
    };
    struct Fakes {
      torch::Tensor a, b;
    };
    std::vector<Fakes> fakes;
    step.update({"g"}, "loss_g", [&](const Batch& batch, size_t) {
      const auto a = signed_unit(batch.input), b = signed_unit(batch.target);
      const auto fake_b = run(g, a), fake_a = run(f, b);
      fakes.push_back({fake_a.detach(), fake_b.detach()});
      const auto adversarial =
          losses::generator(kind, run(d_b, fake_b)) + losses::generator(kind, run(d_a, fake_a));
      const auto cycle = losses::l1(run(f, fake_b), a) + losses::l1(run(g, fake_a), b);
      step.log("gan", adversarial);
      step.log("cycle", cycle);
      auto loss = adversarial + options_.cycle_weight * cycle;
      if (options_.identity_weight > 0) {
        const auto identity = losses::l1(run(g, b), b) + losses::l1(run(f, a), a);
        step.log("identity", identity);
        loss = loss + options_.cycle_weight * options_.identity_weight * identity;
      }
      return loss;
    });
    Random random(static_cast<uint64_t>(options_.seed), static_cast<uint64_t>(step.number()), 1);
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t place) {
      const auto half = [&](const NamedNetwork& d, const torch::Tensor& picture,
                            const torch::Tensor& pooled, const char* name) {
        const auto real = run(d, signed_unit(picture)), fake = run(d, pooled);
        log_judgement(step, kind, real, fake, name);
        return (losses::discriminator_real(kind, real) + losses::discriminator_fake(kind, fake)) /
               2;
      };
      return half(d_a, batch.input, pool_a_->exchange(fakes[place].a, random), "_a") +
             half(d_b, batch.target, pool_b_->exchange(fakes[place].b, random), "_b");
    });
  }

 private:
  CycleGanRunOptions options_;
  std::optional<ImagePool> pool_a_, pool_b_;
};

}  // namespace

std::unique_ptr<Recipe> make_cyclegan_recipe() { return std::make_unique<CycleGanRecipe>(); }

}  // namespace gan::training
