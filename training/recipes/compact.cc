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

  CompactRunOptions() { network.features = 64; }
  void visit(OptionVisitor& v) override {
    RestorationOptions::visit(v);
    v.integer("features", network.features, 1, 1024, "feature maps");
    v.integer("convs", network.convs, 0, 256, "convolutions between the first and the last");
    v.text("activation", network.activation, "prelu|relu|leakyrelu", "");
    v.text("loss", loss, "", "weighted sum, such as l1+0.5*ssim");
  }
};

class CompactRecipe : public RestorationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    loss_.emplace(options_.loss);
    open_data(state, folder, options_);
    options_.network.scale = options_.scale;
    auto& g = state.add_network("g", "compact", std::make_unique<CompactOptions>(options_.network),
                                options_.ema > 0);
    state.add_optimizer("g", g.parameters(), {.lr = options_.lr});
  }

  void step(Step& step) override {
    auto& g = *step.state().network("g").network;
    step.update({"g"}, "loss", [&](const Batch& batch, size_t) {
      return (*loss_)(g.run({batch.input, {}, {}}), batch.target);
    });
  }

 private:
  CompactRunOptions options_;
  std::optional<losses::Mixture> loss_;
};

}  // namespace

std::unique_ptr<Recipe> make_compact_recipe() { return std::make_unique<CompactRecipe>(); }

}  // namespace gan::training
