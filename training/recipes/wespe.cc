// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/wespe.h"

#include <utility>

#include "core/error.h"
#include "models/blocks/fixed_filter.h"
#include "models/blocks/residual.h"
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
  double cycle_a_weight = 1, cycle_b_weight = 1, content_weight = 0;  // 0: not computed
  double identity_weight = 0, blur_weight = 0;
  bool residual = true;
  losses::FeatureOptions features_of{.vgg = "none"};

  WespeRunOptions() {
    batch = 20;
    ema = 0;
    steps = 20000;
    crop = {.load = 0, .crop = 100, .mirror = true};
  }
  void visit(OptionVisitor& v) override {
    v.text("variant", variant, "modified|paper", "Wespe-Keras's, or the paper's with its defaults");
    if (variant == "paper" && !std::exchange(has_paper_defaults_, true)) set_paper_defaults();
    TranslationOptions::visit(v);
    v.integer("features", features, 1, 512, "feature maps of G");
    v.integer("f_features", f_features, 1, 512, "feature maps of F");
    v.flag("residual", residual, kResidualHelp);
    v.integer("d_features", d_features, 1, 512, "feature maps of the discriminators");
    v.text("gan", gan, losses::kAdversarialWords, "adversarial loss");
    v.real("color_weight", color_weight, 0, 1e6, "of the judge of colours");
    v.real("texture_weight", texture_weight, 0, 1e6, "of the judge of texture");
    v.real("tv_weight", tv_weight, 0, 1e6, "of G(a)'s total variation");
    v.real("cycle_a_weight", cycle_a_weight, 0, 1e6, "of F(G(a)) - a");
    v.real("cycle_b_weight", cycle_b_weight, 0, 1e6, "of G(F(b)) - b");
    v.real("content_weight", content_weight, 0, 1e6, "of VGG19's relu5_4 of a and F(G(a))");
    v.real("identity_weight", identity_weight, 0, 1e6, "of G(b) - b");
    v.real("blur_weight", blur_weight, 0, 1e6, "of K G(a) - K a, blurred");
    features_of.visit(v, "19");
  }

 protected:
  void make_small() override {
    features = 16;
    f_features = d_features = 16;
    color_weight = 1;
    texture_weight = 0.05;
    tv_weight = 0.1;
    batch = 16;
    crop.crop = 32;
    schedule.kind = "linear";
    ema = 0.999;
    steps = 2000;
    log_every = 100;
    validate_every = save_every = 500;
  }

 private:
  void set_paper_defaults() {
    features = f_features = 64;
    d_features = 48;
    gan = "vanilla";
    color_weight = texture_weight = 5e-3;
    tv_weight = 10;
    cycle_a_weight = cycle_b_weight = 0;
    content_weight = 1;
    residual = false;
    features_of.vgg.clear();
    batch = 30;
    lr = 5e-4;
  }
  bool has_paper_defaults_ = false;
};

class WespeRecipe : public TranslationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    using losses::Perceptual;
    check(!paper() || !options_.residual, ErrorKind::kSettings,
          "residual is for variant=modified; the paper's generators have none");
    const auto vgg = losses::feature_network("19", options_.features_of, state.device());
    check(vgg || options_.content_weight == 0, ErrorKind::kSettings,
          "content_weight=", options_.content_weight,
          " wants --set vgg=FILE, a file of VGG19 weights, or --set perceptual=mobilenet; "
          "content_weight=0 leaves the term out");
    const auto distance = [&](const char* layer, Perceptual::Distance kind) {
      return options_.features_of.uses_vgg() ? Perceptual(vgg, {{layer}}, kind)
                                             : losses::mobilenet_distance(vgg);
    };
    if (vgg) {
      cycle_.emplace(distance("relu2_2", Perceptual::Distance::kL1));
      content_.emplace(distance("relu5_4", Perceptual::Distance::kMse));
    }
    open_data(state, folder, options_, Pairing::kUnpaired);
    const auto generator = [&](const char* role, int features) {
      std::unique_ptr<Options> options =
          paper() ? with_features<DpedOptions>(features) : with_features<WespeOptions>(features);
      if (!paper()) dynamic_cast<WespeOptions&>(*options).residual = options_.residual;
      return state
          .add_network(role, paper() ? "dped" : "wespe", std::move(options), options_.ema > 0)
          .parameters();
    };
    const auto judge = [&](const char* role, const char* judges) {
      return state
          .add_network(role, paper() ? "dped_discriminator" : "wespe_discriminator",
                       judge_options(judges))
          .parameters();
    };
    const AdamSettings adam{.lr = options_.lr, .beta1 = 0.5};
    const auto g = generator("g", options_.features), f = generator("f", options_.f_features);
    const auto color = judge("d_color", "color"), texture = judge("d_texture", "texture");
    state.add_optimizer("g", joined(g, f), adam);
    state.add_optimizer("d", joined(color, texture), adam);
    kernel_ = released_blur_kernel(21).to(state.device());
  }

  void step(Step& step) override {
    RunState& state = step.state();
    const auto &g = state.network("g"), &f = state.network("f"), &color = state.network("d_color"),
               &texture = state.network("d_texture");
    const auto kind = losses::adversarial_from_word(options_.gan);
    const auto run = [](const NamedNetwork& network, const torch::Tensor& picture) {
      return network.run({picture, {}, {}});
    };
    Generated enhanced(step, g, [&](const Batch& batch, size_t) { return run(g, batch.input); });
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t place) {
      const auto better = enhanced.detached(place);
      const auto judge = [&](const NamedNetwork& d, const char* name) {
        const auto real = run(d, batch.target), fake = run(d, better);
        log_judgement(step, kind, real, fake, name);
        return losses::discriminator_real(kind, real) + losses::discriminator_fake(kind, fake);
      };
      return judge(color, "_color") + judge(texture, "_texture");
    });
    step.update({"g"}, "loss_g", [&](const Batch& batch, size_t place) {
      const auto &a = batch.input, &b = batch.target, better = enhanced.attached(place);
      auto loss = torch::zeros({}, a.options());
      const auto add = [&](const char* name, double weight, const torch::Tensor& term) {
        step.log(name, term);
        loss = loss + weight * term;
      };
      add("color", options_.color_weight, losses::generator(kind, run(color, better)));
      add("texture", options_.texture_weight, losses::generator(kind, run(texture, better)));
      if (options_.cycle_a_weight > 0 || options_.content_weight > 0) {
        const auto back = run(f, better);
        if (options_.cycle_a_weight > 0) add("cycle_a", options_.cycle_a_weight, away(back, a));
        if (options_.content_weight > 0)
          add("content", options_.content_weight, (*content_)(back, a));
      }
      if (options_.cycle_b_weight > 0)
        add("cycle_b", options_.cycle_b_weight, away(run(g, run(f, b)), b));
      if (options_.identity_weight > 0)
        add("identity", options_.identity_weight, losses::l1(run(g, b), b));
      if (options_.blur_weight > 0)
        add("blur", options_.blur_weight, losses::blurred_l1(a, better, kernel_));
      add("tv", options_.tv_weight,
          paper() ? losses::total_variation_dped(better) : losses::total_variation(better));
      return loss;
    });
  }

 private:
  bool paper() const { return options_.variant == "paper"; }

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
    if (paper()) {
      auto options = std::make_unique<DpedDiscriminatorOptions>();
      options->judges = judges;
      options->features = options_.d_features;
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
  torch::Tensor kernel_;
};

}  // namespace

std::unique_ptr<Recipe> make_wespe_recipe() { return std::make_unique<WespeRecipe>(); }

}  // namespace gan::training
