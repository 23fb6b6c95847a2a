// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/augcyclegan_networks.h"

#include "core/error.h"
#include "models/blocks/residual.h"
#include "models/discriminators/augcyclegan_critic.h"
#include "models/discriminators/latent_discriminator.h"
#include "models/encoders/augcyclegan_encoder.h"
#include "training/recipes/generator.h"

namespace gan::training {

AugCycleGanRunOptions::AugCycleGanRunOptions() {
  batch = 20;
  steps = 50000;
  ema = 0.99;
  crop = {.load = 0, .crop = 100, .mirror = true};
  network.residual = true;
}

void AugCycleGanRunOptions::make_small() {
  network.features = e_features = d_features = 16;
  crop.crop = 32;
  batch = 8;
  rounds = 1;
  lr = 1e-4;
  schedule.kind = "cosine";
  ema = 0.995;
  gan_weight = blur_weight = 0.1;
  cycle_weight = 1;
  code_weight = 5;
  paired_weight = 10;
  paired_blur_weight = 50;
  mode_seeking = "detail";
  mode_seeking_weight = 20;
  mode_seeking_enough = 0.02;
  steps = 1200;
  log_every = 100;
  validate_every = save_every = 600;
}

void AugCycleGanRunOptions::visit(OptionVisitor& v) {
  TranslationOptions::visit(v);
  v.text("sides", sides, "two|one", "which sides have codes: both, or the paper's B alone");
  v.text("style", network.style, "modulated|cin", "how the code enters the generators");
  v.integer("latent", network.latent, 1, 512, "length of the codes");
  v.integer("features", network.features, 1, 512, "feature maps of the generators");
  v.flag("residual", network.residual, kResidualHelp);
  v.text("e_norm", e_norm, "layer|batch", "of the encoders; batch wants large batches");
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
  v.real("mode_seeking_weight", mode_seeking_weight, 0, 1e6,
         "of outputs' distance by that of codes");
  v.text("mode_seeking", mode_seeking, "picture|detail",
         "of whole outputs, or of what blur takes, with less of what it leaves");
  v.real("mode_seeking_enough", mode_seeking_enough, 0, 1e6,
         "distance of outputs by that of codes beyond which no more is asked for; 0: no limit");
  v.text("paired", paired, "",
         "pairs for the supervised step: auto, half of those that the data has; none; or a folder");
  v.real("paired_weight", paired_weight, 0, 1e6, "of the supervised L1");
  v.real("paired_blur_weight", paired_blur_weight, 0, 1e6,
         "of the blurred results of any codes, from the blurred truth");
  v.real("perceptual_weight", perceptual_weight, 0, 1e6, "of the supervised features");
  features_of.visit(v, "19");
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
    options->norm = all.e_norm;
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

std::optional<losses::Perceptual> features_of_pairs(const AugCycleGanRunOptions& options,
                                                    torch::Device device) {
  if (options.perceptual_weight == 0) return {};
  const auto network = losses::feature_network("19", options.features_of, device);
  check(network != nullptr, ErrorKind::kSettings,
        "perceptual_weight wants --set vgg=FILE, a file of VGG19 weights, or --set "
        "perceptual=mobilenet");
  if (!options.features_of.uses_vgg()) return losses::mobilenet_distance(network);
  return losses::Perceptual(network,
                            {{"conv1_2"}, {"conv2_2"}, {"conv3_3"}, {"conv4_3"}, {"conv5_3"}},
                            losses::Perceptual::Distance::kUnitMse);
}

losses::AugmentedWay way(RunState& state, Direction direction, bool two_sided) {
  const bool from_a = direction == Direction::kFromA;
  const auto generator = [&](const char* role) {
    return
        [&network = state.network(role)](const torch::Tensor& picture, const torch::Tensor& code) {
          return enhanced(network, picture, code);
        };
  };
  // Encoders always take A's picture first.
  const auto encoder = [&](const char* role) {
    return
        [&network = state.network(role), from_a](const torch::Tensor& x, const torch::Tensor& y) {
          return network.run({torch::cat({from_a ? x : y, from_a ? y : x}, 1), {}, {}});
        };
  };
  const auto critic = [&](const char* role) {
    return [&network = state.network(role)](const torch::Tensor& picture) {
      return network.run({picture, {}, {}});
    };
  };
  const auto code_critic = [&](const char* role) {
    return [&network = state.network(role)](const torch::Tensor& code) {
      return network.run({.latent = code});
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
  const auto even = [](int64_t side) { return side - side % 2; };  // of style=cin
  const auto input = to_network_range(
      picture.slice(2, 0, even(picture.size(2))).slice(3, 0, even(picture.size(3))), traits);
  const auto energy = dynamic_cast<AugCycleGan&>(network).features(input, code).square().sum(1);
  return (energy.amax() / energy.mean()).item<double>();
}

torch::Tensor run_unit(Network& network, const torch::Tensor& picture, const torch::Tensor& code) {
  const NetworkTraits traits = network.traits();
  return from_network_range(
      network.run({.image = to_network_range(picture, traits), .latent = code}), traits);
}

}  // namespace gan::training
