// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/rrdb_gan.h"

#include "core/error.h"
#include "models/discriminators/unet_sn.h"
#include "training/losses/gan.h"
#include "training/losses/pixel.h"
#include "training/recipes/judgement.h"
#include "training/recipes/picture_side.h"

namespace gan::training {
namespace {

constexpr auto kKind = losses::Adversarial::kVanilla;

torch::Tensor plain(const Batch& batch) { return batch.target.narrow(1, 0, 3); }
torch::Tensor wanted(const Batch& batch) {
  return batch.target.narrow(1, batch.target.size(1) - 3, 3);
}

}  // namespace

void RrdbGanOptions::visit(OptionVisitor& v) {
  RestorationOptions::visit(v);
  v.integer("features", network.features, 1, 1024, "feature maps of the generator");
  v.integer("blocks", network.blocks, 1, 128, "residual-in-residual dense blocks");
  v.integer("growth", network.growth, 1, 512, "channels that each dense convolution adds");
  v.integer("d_features", d_features, 1, 512, "feature maps of the discriminator");
  v.integer("pretrain_steps", pretrain_steps, 0, 1000000000, "first steps, on L1 alone");
  v.real("l1_weight", l1_weight, 0, 1e6, "of L1 after them");
  v.real("perceptual_weight", perceptual_weight, 0, 1e6, "of the features");
  v.real("gan_weight", gan_weight, 0, 1e6, "of the adversarial loss");
  features.visit(v, "19");
}

void RrdbGanOptions::make_small() {
  network.features = 32;
  network.blocks = 2;
  network.growth = 16;
  d_features = 16;
  patch = 24;
  batch = 8;
  steps = 3000;
  pretrain_steps = 2000;
  lr = 5e-4;
  ema = 0.99;
  features.perceptual = "mobilenet";
  log_every = 100;
  validate_every = save_every = 500;
}

std::unique_ptr<Options> RrdbGanOptions::own_options(const std::string&) const {
  auto options = std::make_unique<RrdbNetOptions>(network);
  options->scale = scale;
  return options;
}

void RrdbGanRecipe::open_features(RunState& state, const RrdbGanOptions& options,
                                  std::vector<losses::FeatureTerm> terms) {
  if (auto network = losses::feature_network("19", options.features, state.device())) {
    if (options.features.uses_vgg())
      perceptual_.emplace(network, std::move(terms), losses::Perceptual::Distance::kL1);
    else
      perceptual_.emplace(losses::mobilenet_distance(network));
  }
  if (perceptual_)
    check(options.large_side() >= perceptual_->least_side(), ErrorKind::kSettings,
          options.large_side_text(), " makes pictures of ", options.large_side(),
          "; VGG19's features want sides of at least ", perceptual_->least_side(),
          ", or --set vgg=none");
}

std::unique_ptr<Options> RrdbGanRecipe::unet_judge(const RrdbGanOptions& options) {
  auto judge = std::make_unique<UnetSnOptions>();
  judge->features = options.d_features;
  return judge;
}

void RrdbGanRecipe::add_networks(RunState& state, const RrdbGanOptions& options,
                                 const std::string& d, std::unique_ptr<Options> d_options,
                                 const AdamSettings& adam_d) {
  const auto g = add_generator(state, options).network->parameters();
  const auto judge = state.add_network("d", d, std::move(d_options)).parameters();
  check_side(state.network("d"), options.large_side(), options.large_side_text());
  state.add_optimizer("g", g, {.lr = options.lr, .beta2 = 0.99});
  state.add_optimizer("d", judge, adam_d);
}

void RrdbGanRecipe::update(Step& step, const RrdbGanOptions& options, bool relativistic) const {
  const auto& g = step.state().network("g");
  if (step.number() <= options.pretrain_steps) {
    step.update({"g"}, "l1", [&](const Batch& batch, size_t) {
      return losses::l1(enhanced(g, batch.input), wanted(batch));
    });
    return;
  }
  const auto& d = step.state().network("d");
  std::vector<torch::Tensor> fakes;
  step.update({"g"}, "loss_g", [&](const Batch& batch, size_t) {
    const auto fake = enhanced(g, batch.input);
    fakes.push_back(fake.detach());
    const auto l1 = losses::l1(fake, wanted(batch));
    const auto judged = [&] {
      if (!relativistic) return losses::generator(kKind, d.run({fake, {}, {}}));
      const auto real_logits = d.run({plain(batch), {}, {}}).detach();
      return losses::relativistic_generator(kKind, real_logits, d.run({fake, {}, {}})) / 2;
    }();
    step.log("l1", l1);
    step.log("gan", judged);
    auto loss = options.l1_weight * l1 + options.gan_weight * judged;
    if (perceptual_ && options.perceptual_weight > 0) {
      const auto perceptual = (*perceptual_)(fake, wanted(batch));
      step.log("perceptual", perceptual);
      loss = loss + options.perceptual_weight * perceptual;
    }
    return loss;
  });
  step.update({"d"}, "loss_d", [&](const Batch& batch, size_t place) {
    const auto real = d.run({plain(batch), {}, {}}), fake = d.run({fakes[place], {}, {}});
    if (relativistic) {
      log_relativistic_judgement(step, kKind, real, fake);
      return losses::relativistic_discriminator(kKind, real, fake) / 2;
    }
    log_judgement(step, kKind, real, fake);
    return losses::discriminator_real(kKind, real) + losses::discriminator_fake(kKind, fake);
  });
}

}  // namespace gan::training
