// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/realesrgan.h"

#include "training/recipes/rrdb_gan.h"

namespace gan::training {
namespace {

struct RealEsrganRunOptions : RrdbGanOptions {
  double lr_gan = 1e-4;
  bool sharpen = true;

  RealEsrganRunOptions() {
    degradation = "realesrgan";
    scale = 4;
    patch = 64;
    batch = 12;
    steps = 1400000;
    pretrain_steps = 1000000;
    gan_weight = 0.1;
  }
  void visit(OptionVisitor& v) override {
    RrdbGanOptions::visit(v);
    v.real("lr_gan", lr_gan, 0, 10, "base learning rate of both after the first stage");
    v.flag("sharpen", sharpen, "the targets of pixels and features");
    visit_generator(v);
  }

 protected:
  void make_small() override {
    RrdbGanOptions::make_small();
    scale = 2;
    patch = 32;
    batch = 4;
  }
};

class RealEsrganRecipe : public RrdbGanRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    open_features(state, options_,
                  {{"conv1_2", 0.1}, {"conv2_2", 0.1}, {"conv3_4"}, {"conv4_4"}, {"conv5_4"}});
    auto judge = unet_judge(options_);
    open_data(state, folder, options_, options_.sharpen);
    add_networks(state, options_, "unet_sn", std::move(judge),
                 {.lr = options_.lr_gan, .beta2 = 0.99});
  }

  void step(Step& step) override {
    if (step.number() == options_.pretrain_steps + 1) {  // a training of its own
      step.state().start_from_average("g");
      step.state().optimizer("g").forget();
    }
    if (step.number() > options_.pretrain_steps && options_.lr > 0)
      step.state().scale_lr("g", options_.lr_gan / options_.lr);
    update(step, options_, /*relativistic=*/false);
  }

 private:
  RealEsrganRunOptions options_;
};

}  // namespace

std::unique_ptr<Recipe> make_realesrgan_recipe() { return std::make_unique<RealEsrganRecipe>(); }

}  // namespace gan::training
