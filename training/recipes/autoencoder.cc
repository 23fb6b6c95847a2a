// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/autoencoder.h"

#include <optional>

#include "core/error.h"
#include "models/blocks/batch_parts.h"
#include "models/generators/autoencoder.h"
#include "models/generators/vae_sr.h"
#include "training/losses/latent.h"
#include "training/losses/mixture.h"
#include "training/recipes/restoration.h"

namespace gan::training {
namespace {

struct AutoencoderRunOptions : RestorationOptions {
  std::string network = "autoencoder";  // autoencoder | vae_sr
  int features = 64;
  double dropout = 0.3;
  int latent = 16;
  std::string loss = "mse";
  double kl_weight = 1e-6;

  AutoencoderRunOptions() : RestorationOptions({"autoencoder", "vae_sr"}) {
    patch = 64;
    batch = 10;
  }
  void visit(OptionVisitor& v) override {
    RestorationOptions::visit(v);
    v.text("network", network, "autoencoder|vae_sr", "");
    v.integer("features", features, 1, 512, "feature maps");
    v.real("dropout", dropout, 0, 0.9, "autoencoder: after the first pooling");
    v.integer("latent", latent, 1, 512, "vae_sr: channels of the code");
    v.text("loss", loss, "", "weighted sum, such as mse+0.5*ssim");
    v.real("kl_weight", kl_weight, 0, 1e6, "vae_sr: of the codes' divergence from N(0, 1)");
    visit_generator(v);
  }

 protected:
  void make_small() override {
    features = 16;
    patch = 24;
    batch = 8;
    lr = 1e-3;
    ema = 0.99;
    steps = 6000;
    log_every = 100;
    validate_every = save_every = 1000;
  }
  std::string own_network() const override { return network; }
  std::unique_ptr<Options> own_options(const std::string& table) const override {
    if (table == "vae_sr") {
      auto options = std::make_unique<VaeSrOptions>();
      options->latent = latent;
      options->features = features;
      options->scale = scale;
      return options;
    }
    auto options = std::make_unique<AutoencoderOptions>();
    options->features = features;
    options->scale = scale;
    options->dropout = dropout;
    return options;
  }
};

class AutoencoderRecipe : public RestorationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    loss_.emplace(options_.loss);
    loss_->check_side(options_.large_side(), options_.large_side_text());
    open_data(state, folder, options_);
    const auto& g = add_generator(state, options_);
    state.add_optimizer("g", g.network->parameters(), {.lr = options_.lr});
  }

  void step(Step& step) override {
    const auto& g = step.state().network("g");
    auto* const vae = dynamic_cast<VaeSr*>(g.network.get());
    step.update({"g"}, "loss", [&](const Batch& batch, size_t) {
      if (!vae) return (*loss_)(enhanced(g, batch.input), batch.target);
      Posterior codes;
      const auto output = g.mixed([&] {
        codes = vae->encode(batch.input).to(torch::kFloat);
        return vae->decode(codes.sample(normal_like(codes.mean)), batch.input);
      });
      const auto loss = (*loss_)(output.to(torch::kFloat), batch.target);
      const auto kl = losses::kl_divergence(codes.mean.flatten(1), codes.log_variance.flatten(1));
      step.log("picture", loss);
      step.log("kl", kl);
      return loss + options_.kl_weight * kl;
    });
  }

 private:
  AutoencoderRunOptions options_;
  std::optional<losses::Mixture> loss_;
};

}  // namespace

std::unique_ptr<Recipe> make_autoencoder_recipe() { return std::make_unique<AutoencoderRecipe>(); }

}  // namespace gan::training
