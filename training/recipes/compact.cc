// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/compact.h"

#include <optional>

#include "models/generators/compact.h"
#include "training/losses/mixture.h"
#include "training/recipes/restoration.h"

namespace gan::training {
namespace {

struct CompactRunOptions : RestorationOptions {
  CompactOptions network;
  std::string loss = "l1";

  CompactRunOptions() : RestorationOptions({"compact"}) {}
  void visit(OptionVisitor& v) override {
    RestorationOptions::visit(v);
    v.integer("features", network.features, 1, 1024, "feature maps");
    v.integer("convs", network.convs, 0, 256, "convolutions between the first and the last");
    v.text("activation", network.activation, "prelu|relu|leakyrelu", "");
    v.integer("unshuffle", network.unshuffle, 1, 4,
              "the convolutions work at the side divided by this");
    v.text("loss", loss, "", "weighted sum, such as l1+0.5*ssim");
    visit_generator(v);
  }

 protected:
  void make_small() override {
    network.features = 32;
    network.convs = 5;
    batch = 16;
    patch = 32;
    lr = 1e-3;
    schedule.kind = "cosine";
    steps = 6000;
    ema = 0.99;
    log_every = 100;
    validate_every = save_every = 1000;
  }
  std::string own_network() const override { return "compact"; }
  std::unique_ptr<Options> own_options(const std::string&) const override {
    auto options = std::make_unique<CompactOptions>(network);
    options->scale = scale;
    return options;
  }
};

class CompactRecipe : public RestorationRecipe {
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
    step.update({"g"}, "loss", [&](const Batch& batch, size_t) {
      return (*loss_)(enhanced(g, batch.input), batch.target);
    });
  }

 private:
  CompactRunOptions options_;
  std::optional<losses::Mixture> loss_;
};

}  // namespace

std::unique_ptr<Recipe> make_compact_recipe() { return std::make_unique<CompactRecipe>(); }

}  // namespace gan::training
