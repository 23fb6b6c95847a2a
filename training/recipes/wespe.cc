// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/wespe.h"

#include "core/error.h"
#include "models/discriminators/dped_discriminator.h"
#include "models/discriminators/wespe_discriminator.h"
#include "models/generators/dped.h"
#include "models/generators/wespe.h"
#include "training/losses/perceptual.h"
#include "training/losses/pixel.h"
#include "training/losses/smoothness.h"
#include "training/recipes/judgement.h"
#include "training/recipes/translation.h"

namespace gan::training {
namespace {

struct WespeRunOptions : TranslationOptions {
  std::string variant = "modified";
  int features = 128, f_features = 64, d_features = 64;
  std::string gan = "lsgan";
  double color_weight = 0.5, texture_weight = 0.5, tv_weight = 0.5;
  double cycle_a_weight = 1, cycle_b_weight = 1, content_weight = 0;
  std::string vgg = "none";

  WespeRunOptions() {
    batch = 12;
    ema = 0;
    steps = 20000;
    crop = {.load = 0, .crop = 100, .mirror = true};
  }
  void visit(OptionVisitor& v) override {
    TranslationOptions::visit(v);
    v.text("variant", variant, "modified|paper", "Wespe-Keras's networks, or the paper's");
    v.integer("features", features, 1, 512, "feature maps of G");
    v.integer("f_features", f_features, 1, 512, "feature maps of F");
    v.integer("d_features", d_features, 1, 512, "feature maps of the discriminators");
    v.text("gan", gan, losses::kAdversarialWords, "adversarial loss");
    v.real("color_weight", color_weight, 0, 1e6, "of the judge of colours");
    v.real("texture_weight", texture_weight, 0, 1e6, "of the judge of texture");
    v.real("tv_weight", tv_weight, 0, 1e6, "of G(a)'s total variation");
    v.real("cycle_a_weight", cycle_a_weight, 0, 1e6, "of F(G(a)) - a");
    v.real("cycle_b_weight", cycle_b_weight, 0, 1e6, "of G(F(b)) - b");
    v.real("content_weight", content_weight, 0, 1e6, "of VGG19's relu5_4 of a and G(a)");
    v.text("vgg", vgg, "",
           "file of VGG19 weights for cycle and content; none; random tries it out");
  }
};

class WespeRecipe : public TranslationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    using losses::Perceptual;
    const auto vgg = losses::feature_network("19", options_.vgg, state.device());
    check(vgg || options_.content_weight == 0, ErrorKind::kSettings,
          "content_weight wants --set vgg=FILE, a file of VGG19 weights");
    const auto distance = [&](const char* layer, Perceptual::Distance kind) {
      return Perceptual(vgg, {{layer}}, kind);
    };
    if (vgg) {
      cycle_.emplace(distance("relu2_2", Perceptual::Distance::kL1));
      content_.emplace(distance("relu5_4", Perceptual::Distance::kMse));
    }
    open_data(state, folder, options_, /*paired=*/false);
    const bool paper = options_.variant == "paper";
    const auto generator = [&](const char* role, int features) {
      std::unique_ptr<Options> options =
          paper ? with_features<DpedOptions>(features) : with_features<WespeOptions>(features);
      return state.add_network(role, paper ? "dped" : "wespe", std::move(options), options_.ema > 0)
          .parameters();
    };
    const auto judge = [&](const char* role, const char* judges) {
      return state
          .add_network(role, paper ? "dped_discriminator" : "wespe_discriminator",
                       judge_options(judges))
          .parameters();
    };
    const AdamSettings adam{.lr = options_.lr, .beta1 = 0.5};
    const auto g = generator("g", options_.features), f = generator("f", options_.f_features);
    const auto color = judge("d_color", "color"), texture = judge("d_texture", "texture");
    state.add_optimizer("g", joined(g, f), adam);
    state.add_optimizer("d", joined(color, texture), adam);
  }

  void step(Step& step) override {
    RunState& state = step.state();
    auto &g = *state.network("g").network, &f = *state.network("f").network;
    auto &color = *state.network("d_color").network, &texture = *state.network("d_texture").network;
    const auto kind = losses::adversarial_from_word(options_.gan);
    const auto run = [](Network& network, const torch::Tensor& picture) {
      return network.run({picture, {}, {}});
    };
    std::vector<torch::Tensor> enhanced;
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t) {
      enhanced.push_back(run(g, batch.input));
      const auto judge = [&](Network& d, const char* name) {
        const auto real = run(d, batch.target), fake = run(d, enhanced.back().detach());
        log_judgement(step, kind, real, fake, name);
        return losses::discriminator_real(kind, real) + losses::discriminator_fake(kind, fake);
      };
      return judge(color, "_color") + judge(texture, "_texture");
    });
    step.update({"g"}, "loss_g", [&](const Batch& batch, size_t place) {
      const auto &a = batch.input, &b = batch.target, &better = enhanced[place];
      const auto by_color = losses::generator(kind, run(color, better)),
                 by_texture = losses::generator(kind, run(texture, better));
      const auto cycle_a = away(run(f, better), a), cycle_b = away(run(g, run(f, b)), b);
      const auto variation = losses::total_variation(better);
      step.log("color", by_color);
      step.log("texture", by_texture);
      step.log("cycle_a", cycle_a);
      step.log("cycle_b", cycle_b);
      step.log("tv", variation);
      auto loss = options_.color_weight * by_color + options_.texture_weight * by_texture +
                  options_.cycle_a_weight * cycle_a + options_.cycle_b_weight * cycle_b +
                  options_.tv_weight * variation;
      if (options_.content_weight > 0) {
        const auto content = (*content_)(better, a);
        step.log("content", content);
        loss = loss + options_.content_weight * content;
      }
      return loss;
    });
  }

 private:
  // The distance of a picture that went both ways from the one it was.
  torch::Tensor away(const torch::Tensor& back, const torch::Tensor& start) const {
    return cycle_ ? (*cycle_)(back, start) : losses::l1(back, start);
  }

  template <class NetworkOptions>
  static std::unique_ptr<Options> with_features(int features) {
    auto options = std::make_unique<NetworkOptions>();
    options->features = features;
    return options;
  }

  std::unique_ptr<Options> judge_options(const char* judges) const {
    if (options_.variant == "paper") {
      auto options = std::make_unique<DpedDiscriminatorOptions>();
      options->judges = judges;
      options->side = options_.crop.crop;
      return options;
    }
    auto options = std::make_unique<WespeDiscriminatorOptions>();
    options->judges = judges;
    options->features = options_.d_features;
    return options;
  }

  WespeRunOptions options_;
  std::optional<losses::Perceptual> cycle_, content_;
};

}  // namespace

std::unique_ptr<Recipe> make_wespe_recipe() { return std::make_unique<WespeRecipe>(); }

}  // namespace gan::training
