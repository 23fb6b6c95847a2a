// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/augcyclegan_networks.h"

#include "models/discriminators/augcyclegan_critic.h"
#include "models/discriminators/latent_discriminator.h"
#include "models/encoders/augcyclegan_encoder.h"

namespace gan::training {

AugCycleGanRunOptions::AugCycleGanRunOptions() {
  batch = 20;
  steps = 50000;
  ema = 0.99;
  crop = {.load = 0, .crop = 100, .mirror = true};
}

void AugCycleGanRunOptions::visit(OptionVisitor& v) {
  TranslationOptions::visit(v);
  v.text("sides", sides, "two|one", "which sides have codes: both, or the paper's B alone");
  v.text("style", network.style, "modulated|cin", "how the code enters the generators");
  v.integer("latent", network.latent, 1, 512, "length of the codes");
  v.integer("features", network.features, 1, 512, "feature maps of the generators");
  v.integer("e_features", e_features, 1, 512, "feature maps of the encoders");
  v.integer("d_features", d_features, 1, 512, "feature maps of the judges of pictures");
  v.integer("rounds", rounds, 1, 100, "cycles of each side in a step");
  v.real("gan_weight", gan_weight, 0, 1e6, "of the pictures' adversarial loss");
  v.real("code_gan_weight", code_gan_weight, 0, 1e6, "of the codes' adversarial loss");
  v.real("cycle_weight", cycle_weight, 0, 1e6, "of the picture's cycle");
  v.real("code_weight", code_weight, 0, 1e6, "of the code's cycle");
  v.real("blur_weight", blur_weight, 0, 1e6, "of the difference of blurred input and output");
  v.text("path", path, "step|stylegan2|none", "path-length regularisation");
  v.real("path_weight", path_weight, 0, 1e6, "of it");
  v.integer("path_every", path_every, 1, 1000000, "steps between two of it; it counts as often");
  v.real("mode_seeking_weight", mode_seeking_weight, 0, 1e6, "of outputs' distance by that of codes");
  v.text("paired", paired, "", "folder of pairs for the supervised step, or empty");
  v.real("paired_weight", paired_weight, 0, 1e6, "of the supervised L1");
  v.real("perceptual_weight", perceptual_weight, 0, 1e6, "of the supervised features; wants vgg");
  v.text("vgg", vgg, "", "file of VGG19 weights; none; random tries it out");
}

void make_networks(RunState& state, const AugCycleGanRunOptions& all) {
  const auto generator = [&](const char* role, bool has_code) {
    auto options = std::make_unique<AugCycleGanOptions>(all.network);
    if (!has_code) {
      options->latent = 0;
      options->style = "instance";
    }
    return state.add_network(role, "augcyclegan", std::move(options), all.ema > 0 && role[0] == 'g')
        .parameters();
  };
  const auto encoder = [&](const char* role) {
    auto options = std::make_unique<AugCycleGanEncoderOptions>();
    options->latent = all.network.latent;
    options->features = all.e_features;
    return state.add_network(role, "augcyclegan_encoder", std::move(options)).parameters();
  };
  const auto critic = [&](const char* role) {
    auto options = std::make_unique<AugCycleGanCriticOptions>();
    options->features = all.d_features;
    return state.add_network(role, "augcyclegan_critic", std::move(options)).parameters();
  };
  const auto code_critic = [&](const char* role) {
    auto options = std::make_unique<LatentDiscriminatorOptions>();
    options->latent = all.network.latent;
    return state.add_network(role, "latent_discriminator", std::move(options)).parameters();
  };
  const AdamSettings adam{.lr = all.lr, .beta1 = 0.5};
  const auto g = generator("g", true), f = generator("f", all.two_sided());
  auto e = encoder("e_b"), d_z = code_critic("d_zb");
  if (all.two_sided()) {
    e = joined(e, encoder("e_a"));
    d_z = joined(d_z, code_critic("d_za"));
  }
  const auto d_a = critic("d_a"), d_b = critic("d_b");
  state.add_optimizer("g", joined(g, f), adam);
  state.add_optimizer("e", e, adam);
  state.add_optimizer("d", joined(d_a, d_b), adam);
  state.add_optimizer("dz", d_z, adam);
}

losses::AugmentedWay way(RunState& state, Direction direction, bool two_sided) {
  const auto network = [&](const char* role) { return state.network(role).network; };
  const bool from_a = direction == Direction::kFromA;
  const auto generator = [&](const char* role) {
    return [network = network(role)](const torch::Tensor& picture, const torch::Tensor& code) {
      return run_unit(*network, picture, code);
    };
  };
  // Encoders always take A's picture first.
  const auto encoder = [&](const char* role) {
    return [network = network(role), from_a](const torch::Tensor& x, const torch::Tensor& y) {
      return network->run({torch::cat({from_a ? x : y, from_a ? y : x}, 1), {}, {}});
    };
  };
  const auto critic = [&](const char* role) {
    return [network = network(role)](const torch::Tensor& picture) {
      return network->run({picture, {}, {}});
    };
  };
  const auto code_critic = [&](const char* role) {
    return [network = network(role)](const torch::Tensor& code) {
      return network->run({.latent = code});
    };
  };
  losses::AugmentedWay way;
  way.there = generator(from_a ? "g" : "f");
  way.back = generator(from_a ? "f" : "g");
  way.judge_y = critic(from_a ? "d_b" : "d_a");
  if (!from_a || two_sided) {
    way.code_x = encoder(from_a ? "e_a" : "e_b");
    way.judge_code_x = code_critic(from_a ? "d_za" : "d_zb");
  }
  if (from_a || two_sided) way.code_y = encoder(from_a ? "e_b" : "e_a");
  return way;
}

double feature_peak(Network& network, const torch::Tensor& picture, const torch::Tensor& code) {
  const NetworkTraits traits = network.traits();
  const auto input = picture * (traits.high - traits.low) + traits.low;
  const auto energy = dynamic_cast<AugCycleGan&>(network).features(input, code).square().sum(1);
  return (energy.amax() / energy.mean()).item<double>();
}

torch::Tensor run_unit(Network& network, const torch::Tensor& picture, const torch::Tensor& code) {
  const NetworkTraits traits = network.traits();
  const double span = traits.high - traits.low;
  if (span == 1 && traits.low == 0) return network.run({picture, code, {}});
  return (network.run({picture * span + traits.low, code, {}}) - traits.low) / span;
}

}  // namespace gan::training
