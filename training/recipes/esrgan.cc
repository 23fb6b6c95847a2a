// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/esrgan.h"

#include "core/error.h"
#include "models/discriminators/vgg_style.h"
#include "training/recipes/rrdb_gan.h"

namespace gan::training {
namespace {

struct EsrganRunOptions : RrdbGanOptions {
  std::string discriminator = "unet_sn";  // unet_sn | vgg_style
  double lr_d = 1e-4;

  EsrganRunOptions() {
    batch = 4;
    steps = 60000;
    scale = 4;
    patch = 96;
    pretrain_steps = 10000;
    l1_weight = 1e-2;
    gan_weight = 5e-3;
  }
  void visit(OptionVisitor& v) override {
    RrdbGanOptions::visit(v);
    v.text("discriminator", discriminator, "unet_sn|vgg_style", "");
    v.real("lr_d", lr_d, 0, 10, "base learning rate of the discriminator");
    visit_generator(v);
  }
};

class EsrganRecipe : public RrdbGanRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    open_features(state, options_, {{"conv5_4"}});
    auto judge = options_.discriminator == "vgg_style" ? vgg_judge() : unet_judge(options_);
    open_data(state, folder, options_);
    add_networks(state, options_, options_.discriminator, std::move(judge), {.lr = options_.lr_d});
  }

  void step(Step& step) override { update(step, options_, /*relativistic=*/true); }

 private:
  std::unique_ptr<Options> vgg_judge() const {
    const int large = options_.large_side();
    check(large == 128 || large == 256, ErrorKind::kSettings,
          "discriminator vgg_style wants large patches of 128 or 256, ", options_.large_side_text(),
          " makes ", large);
    auto judge = std::make_unique<VggStyleOptions>();
    judge->features = options_.d_features;
    judge->side = large;
    return judge;
  }

  EsrganRunOptions options_;
};

}  // namespace

std::unique_ptr<Recipe> make_esrgan_recipe() { return std::make_unique<EsrganRecipe>(); }

}  // namespace gan::training
