// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/compact.h"

#include "core/error.h"
#include "models/generators/compact.h"
#include "training/datasets/scan.h"
#include "training/datasets/super_resolution.h"
#include "training/judges/super_resolution.h"
#include "training/losses/pixel.h"

namespace gan::training {
namespace {

struct CompactRunOptions : RecipeOptions {
  CompactOptions network;
  std::string loss = "l1";  // l1 | charbonnier | mse
  int patch = 48;           // side of the small patch, pixels
  double noise_sigma = 0;   // of the small pictures, 8-bit code values
  int jpeg_quality = 0;     // of the small pictures, 0: none
  std::string val;          // folder of pictures to validate on; empty: held out of the data
  int holdout = 10;         // pictures held out where val is empty

  CompactRunOptions() {
    network.scale = 2;
    network.features = 64;
  }
  void visit(OptionVisitor& v) override {
    RecipeOptions::visit(v);
    v.integer("scale", network.scale, 1, 8, "enlargement");
    v.integer("features", network.features, 1, 1024, "feature maps");
    v.integer("convs", network.convs, 0, 256, "convolutions between the first and the last");
    v.text("activation", network.activation, "prelu|relu|leakyrelu", "");
    v.text("loss", loss, "l1|charbonnier|mse", "pixel loss");
    v.integer("patch", patch, 4, 4096, "side of the small patch, pixels");
    v.real("noise_sigma", noise_sigma, 0, 255, "noise on the small pictures, code values");
    v.integer("jpeg_quality", jpeg_quality, 0, 100, "JPEG of the small pictures, 0: none");
    v.text("val", val, "", "folder of pictures to validate on; empty: held out of the data");
    v.integer("holdout", holdout, 1, 100000, "pictures held out where val is empty");
  }
};

class CompactRecipe : public Recipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& data_folder) override {
    const int side = options_.patch * options_.network.scale;
    auto files = checked_pictures(data_folder, {"training", {side, side}}, state.notes);
    judge_ = std::make_unique<SuperResolutionJudge>(
        options_.val.empty() ? hold_out(files, options_.holdout) : list_images(options_.val, true),
        options_.network.scale);
    data_ = std::make_unique<SuperResolutionDataset>(
        std::move(files), options_.patch,
        LowResolutionOptions{options_.network.scale, options_.noise_sigma, options_.jpeg_quality});
    auto& g = state.add_network("g", "compact", std::make_unique<CompactOptions>(options_.network),
                                options_.ema > 0);
    state.add_optimizer("g", g.parameters(), {.lr = options_.lr});
  }

  const Dataset& training_set() const override { return *data_; }

  void step(Step& step) override {
    auto& g = *step.state().network("g").network;
    step.update({"g"}, "loss", [&](const Batch& batch, size_t) {
      const auto output = g.run({batch.input, {}, {}});
      return options_.loss == "l1"    ? losses::l1(output, batch.target)
             : options_.loss == "mse" ? losses::mse(output, batch.target)
                                      : losses::charbonnier(output, batch.target);
    });
  }

  Values validate(RunState& state) override {
    return judge_->judge(state.network("g").best(), state.device());
  }
  Picture samples(RunState& state) override {
    return judge_->grid(state.network("g").best(), state.device());
  }

 private:
  CompactRunOptions options_;
  std::unique_ptr<SuperResolutionDataset> data_;
  std::unique_ptr<SuperResolutionJudge> judge_;
};

}  // namespace

std::unique_ptr<Recipe> make_compact_recipe() { return std::make_unique<CompactRecipe>(); }

}  // namespace gan::training
