// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/unet_gan.h"

#include <limits>

#include "models/blocks/imagenet.h"
#include "models/discriminators/critic.h"
#include "training/losses/gan.h"
#include "training/recipes/judgement.h"
#include "training/recipes/picture_side.h"
#include "training/recipes/unet.h"

namespace gan::training {
namespace {

constexpr auto kCriticLoss = losses::Adversarial::kVanilla;
// A critic's loss above every threshold: the critic has the next word.
constexpr double kCriticFirst = std::numeric_limits<double>::infinity();

torch::Tensor judged(const NamedNetwork& critic, const torch::Tensor& picture) {
  return critic.run({imagenet_normalise(picture), {}, {}});
}

struct UnetGanRunOptions : UnetRunOptions {
  CriticOptions critic;
  int pretrain_steps = 5000, critic_steps = 2000;
  double lr_critic = 1e-3, lr_gan = 1e-4;
  double gan_weight = 1, pixel_weight = 1000;
  double threshold = 0.65;

  UnetGanRunOptions() { schedule.kind = "constant"; }
  void visit(OptionVisitor& v) override {
    UnetRunOptions::visit(v);
    v.integer("critic_features", critic.features, 4, 512, "feature maps of the critic");
    v.integer("critic_blocks", critic.blocks, 1, 6, "halvings of the critic after its first");
    v.real("critic_dropout", critic.dropout, 0, 0.9, "of the critic's feature maps");
    v.integer("pretrain_steps", pretrain_steps, 0, 1000000000, "first steps, of the generator");
    v.integer("critic_steps", critic_steps, 0, 1000000000, "next steps, of the critic");
    v.real("lr_critic", lr_critic, 0, 10, "rate of the critic in its own stage");
    v.real("lr_gan", lr_gan, 0, 10, "rate of the generator in the game; the critic's is 5 x this");
    v.real("gan_weight", gan_weight, 0, 1e6, "of the adversarial loss");
    v.real("pixel_weight", pixel_weight, 0, 1e6, "of the pixel loss in the game");
    v.real("threshold", threshold, 0, 100,
           "of the critic's loss, below which the generator learns");
    visit_generator(v);
  }

 protected:
  void make_small() override {
    UnetRunOptions::make_small();
    critic.features = 32;
    critic.blocks = 1;
    critic.dropout = 0;
    lr_gan = 6e-4;
    pretrain_steps = 2000;
    critic_steps = 500;
    schedule.kind = "constant";
  }
};

class UnetGanRecipe : public UnetRecipe {
 public:
  UnetGanRecipe() : UnetRecipe(all_) {}

  void prepare(RunState& state, const std::string& folder) override {
    UnetRecipe::prepare(state, folder);
    auto& d = state.add_network("d", "critic", std::make_unique<CriticOptions>(all_.critic));
    check_side(state.network("d"), all_.large_side(), all_.large_side_text());
    const AdamSettings game{.lr = all_.lr_gan, .beta1 = 0, .beta2 = 0.99};
    state.add_optimizer("g_game", state.network("g").network->parameters(), game);
    state.add_optimizer("d", d.parameters(), {.lr = all_.lr_critic, .weight_decay = 1e-3});
    state.add_optimizer("d_game", d.parameters(),
                        {.lr = 5 * all_.lr_gan, .beta1 = 0, .beta2 = 0.99});
    critic_loss_ = &state.add_tensor("critic_loss", torch::full({}, kCriticFirst));
  }

  void step(Step& step) override {
    if (step.number() <= all_.pretrain_steps) return UnetRecipe::step(step);
    freeze_encoder(step);
    if (step.number() <= all_.pretrain_steps + all_.critic_steps) return train_critic(step, "d");
    if (critic_loss_->item<double>() >= all_.threshold) return train_critic(step, "d_game");
    train_generator(step);
  }

  void stepped(const std::map<std::string, double>& means) override {
    const auto found = means.find("loss_d");
    critic_loss_->fill_(found == means.end() ? kCriticFirst : found->second);
  }

 private:
  void train_critic(Step& step, const char* optimizer) {
    RunState& state = step.state();
    const auto& d = state.network("d");
    state.network("g").network->eval();
    step.update({optimizer}, "loss_d", [&](const Batch& batch, size_t) {
      torch::Tensor fake;
      {
        torch::NoGradGuard no_grad;
        fake = restore(state, batch);
      }
      const auto on_real = judged(d, batch.target), on_fake = judged(d, fake);
      log_judgement(step, kCriticLoss, on_real, on_fake);
      return (losses::discriminator_real(kCriticLoss, on_real) +
              losses::discriminator_fake(kCriticLoss, on_fake)) /
             2;
    });
    state.network("g").network->train();
  }

  void train_generator(Step& step) {
    RunState& state = step.state();
    const auto& d = state.network("d");
    d.network->eval();
    step.update({"g_game"}, "loss_g", [&](const Batch& batch, size_t) {
      const auto output = restore(state, batch);
      const auto pixels = pixel_loss()(output, batch.target);
      const auto adversarial = losses::generator(kCriticLoss, judged(d, output));
      step.log("pixels", pixels);
      step.log("gan", adversarial);
      return all_.gan_weight * adversarial + all_.pixel_weight * pixels;
    });
    d.network->train();
  }

  UnetGanRunOptions all_;
  torch::Tensor* critic_loss_ = nullptr;  // {}, its last; of the run's state
};

}  // namespace

std::unique_ptr<Recipe> make_unet_gan_recipe() { return std::make_unique<UnetGanRecipe>(); }

}  // namespace gan::training
