// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/unet.h"

#include "core/error.h"
#include "models/generators/resnet_unet.h"
#include "models/generators/sr_unet.h"
#include "training/recipes/picture_side.h"

namespace gan::training {

UnetRunOptions::UnetRunOptions() {
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

void UnetRecipe::prepare(RunState& state, const std::string& folder) {
  loss_.emplace(options_.loss);
  loss_->check_side(options_.large_side(), options_.large_side_text());
  check(options_.scale <= 4, ErrorKind::kSettings, "scale must be 1 to 4, got ", options_.scale);
  open_data(state, folder, options_);
  auto& g = state.add_network("g", options_.network, network_options(), options_.ema > 0);
  check_side(state.network("g"), options_.patch, concat("patch=", options_.patch));
  auto* const unet = dynamic_cast<ResnetUnet*>(&g);
  check(unet || options_.encoder == "none", ErrorKind::kSettings, "network=", options_.network,
        " takes no encoder");
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
  return state.network("g").network->run({batch.input, {}, {}});
}

torch::Tensor UnetRecipe::loss(Step&, const torch::Tensor& output, const torch::Tensor& target) {
  return (*loss_)(output, target);
}

std::unique_ptr<Options> UnetRecipe::network_options() const {
  if (options_.network == "sr_unet") {
    auto options = std::make_unique<SrUnetOptions>();
    options->features = options_.features;
    options->levels = options_.levels;
    options->scale = options_.scale;
    return options;
  }
  auto options = std::make_unique<ResnetUnetOptions>();
  options->features = options_.features;
  options->blocks = options_.blocks;
  options->self_attention = options_.self_attention;
  options->scale = options_.scale;
  return options;
}

namespace {

class PlainUnetRecipe : public UnetRecipe {
 public:
  PlainUnetRecipe() : UnetRecipe(all_) {}

 private:
  UnetRunOptions all_;
};

}  // namespace

std::unique_ptr<Recipe> make_unet_recipe() { return std::make_unique<PlainUnetRecipe>(); }

}  // namespace gan::training
