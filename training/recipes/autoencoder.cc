// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/autoencoder.h"

#include <optional>

#include "core/error.h"
#include "models/generators/autoencoder.h"
#include "models/generators/vae_sr.h"
#include "training/losses/latent.h"
#include "training/losses/mixture.h"
#include "training/recipes/picture_side.h"
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

  AutoencoderRunOptions() {
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
  }
};

class AutoencoderRecipe : public RestorationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    loss_.emplace(options_.loss);
    loss_->check_side(options_.large_side(), options_.large_side_text());
    check(options_.scale <= 4, ErrorKind::kSettings, "scale must be 1 to 4, got ", options_.scale);
    open_data(state, folder, options_);
    auto& g = state.add_network("g", options_.network, network_options(), options_.ema > 0);
    check_side(state.network("g"), options_.patch, concat("patch=", options_.patch));
    state.add_optimizer("g", g.parameters(), {.lr = options_.lr});
  }

  void step(Step& step) override {
    Network& g = *step.state().network("g").network;
    auto* const vae = dynamic_cast<VaeSr*>(&g);
    step.update({"g"}, "loss", [&](const Batch& batch, size_t) {
      if (!vae) return (*loss_)(g.run({batch.input, {}, {}}), batch.target);
      const Posterior codes = vae->encode(batch.input);
      const auto output = vae->decode(codes.sample(torch::randn_like(codes.mean)), batch.input);
      const auto loss = (*loss_)(output, batch.target);
      const auto kl = losses::kl_divergence(codes.mean.flatten(1), codes.log_variance.flatten(1));
      step.log("picture", loss);
      step.log("kl", kl);
      return loss + options_.kl_weight * kl;
    });
  }

 private:
  std::unique_ptr<Options> network_options() const {
    if (options_.network == "vae_sr") {
      auto options = std::make_unique<VaeSrOptions>();
      options->latent = options_.latent;
      options->features = options_.features;
      options->scale = options_.scale;
      return options;
    }
    auto options = std::make_unique<AutoencoderOptions>();
    options->features = options_.features;
    options->scale = options_.scale;
    options->dropout = options_.dropout;
    return options;
  }

  AutoencoderRunOptions options_;
  std::optional<losses::Mixture> loss_;
};

}  // namespace

std::unique_ptr<Recipe> make_autoencoder_recipe() { return std::make_unique<AutoencoderRecipe>(); }

}  // namespace gan::training
