// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/unet.h"

#include "core/error.h"
#include "models/generators/resnet_unet.h"
#include "models/generators/sr_unet.h"

namespace gan::training {

UnetRunOptions::UnetRunOptions() : RestorationOptions({"resnet_unet", "sr_unet"}) {
  degradation = "crapify";
  scale = 1;
  patch = 128;
  batch = 32;
  lr = 1e-3;
  schedule.kind = "onecycle";
  schedule.peak_at = 0.8;
}

void UnetRunOptions::visit(OptionVisitor& v) {
  RestorationOptions::visit(v);
  v.text("network", network, "resnet_unet|sr_unet", "");
  v.integer("features", features, 1, 256, "width of the first stage");
  v.text("blocks", blocks, "", "resnet_unet: of the encoder's four stages");
  v.flag("self_attention", self_attention, "resnet_unet: in the decoder");
  v.integer("levels", levels, 1, 6, "sr_unet: halvings");
  v.text("encoder", encoder, "", "resnet_unet: file of torchvision's ResNet-34, or none");
  v.integer("freeze_steps", freeze_steps, 0, 1000000000, "first steps that keep the encoder");
  v.text("loss", loss, "", "of pixels: weighted sum, such as mse+0.5*ssim");
}

void UnetRunOptions::make_small() {
  network = "sr_unet";
  levels = 3;
  features = 16;
  patch = 64;
  batch = 8;
  schedule.kind = "cosine";
  ema = 0.99;
  steps = 4000;
  log_every = 100;
  validate_every = save_every = 1000;
}

std::unique_ptr<Options> UnetRunOptions::own_options(const std::string& table) const {
  if (table == "sr_unet") {
    auto options = std::make_unique<SrUnetOptions>();
    options->features = features;
    options->levels = levels;
    options->scale = scale;
    return options;
  }
  auto options = std::make_unique<ResnetUnetOptions>();
  options->features = features;
  options->blocks = blocks;
  options->self_attention = self_attention;
  options->scale = scale;
  return options;
}

void UnetRecipe::prepare(RunState& state, const std::string& folder) {
  loss_.emplace(options_.loss);
  loss_->check_side(options_.large_side(), options_.large_side_text());
  open_data(state, folder, options_);
  auto& g = *add_generator(state, options_).network;
  auto* const unet = dynamic_cast<ResnetUnet*>(&g);
  check(unet || options_.encoder == "none", ErrorKind::kSettings, "network ",
        options_.generator_table(), " takes no encoder");
  if (options_.encoder != "none") {
    torch::NoGradGuard no_grad;
    load_resnet(unet->encoder(), options_.encoder);
    state.update_averages(0);
  }
  state.add_optimizer("g", g.parameters(), {.lr = options_.lr});
}

void UnetRecipe::freeze_encoder(Step& step) {
  auto* const unet = dynamic_cast<ResnetUnet*>(step.state().network("g").network.get());
  if (!unet || options_.freeze_steps == 0) return;
  for (auto& parameter : unet->encoder().parameters())
    parameter.set_requires_grad(step.number() > options_.freeze_steps);
}

void UnetRecipe::step(Step& step) {
  freeze_encoder(step);
  step.update({"g"}, "loss", [&](const Batch& batch, size_t) {
    return loss(step, restore(step.state(), batch), batch.target);
  });
}

torch::Tensor UnetRecipe::restore(RunState& state, const Batch& batch) {
  return enhanced(state.network("g"), batch.input);
}

torch::Tensor UnetRecipe::loss(Step&, const torch::Tensor& output, const torch::Tensor& target) {
  return (*loss_)(output, target);
}

namespace {

struct PlainUnetRunOptions : UnetRunOptions {
  void visit(OptionVisitor& v) override {
    UnetRunOptions::visit(v);
    visit_generator(v);
  }
};

class PlainUnetRecipe : public UnetRecipe {
 public:
  PlainUnetRecipe() : UnetRecipe(all_) {}

 private:
  PlainUnetRunOptions all_;
};

}  // namespace

std::unique_ptr<Recipe> make_unet_recipe() { return std::make_unique<PlainUnetRecipe>(); }

}  // namespace gan::training
