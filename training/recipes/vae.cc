// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/vae.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/blocks/batch_parts.h"
#include "models/generators/vae.h"
#include "models/picture_tensor.h"
#include "training/datasets/pictures.h"
#include "training/judges/class_accuracy.h"
#include "training/judges/seeded_pictures.h"
#include "training/judges/sliced_wasserstein.h"
#include "training/losses/latent.h"
#include "training/losses/pixel.h"
#include "training/losses/structure.h"
#include "training/meters/sample_grid.h"

namespace gan::training {
namespace {

struct VaeRunOptions : RecipeOptions {
  VaeOptions network;
  double kl_weight = 0.00025;
  double capacity = 0;  // nats at the end of the rise; 0: the plain divergence
  double decay = 0.95;
  bool mirror = true;
  int holdout = 0;
  int judge_pictures = 100;

  VaeRunOptions() {
    batch = 64;
    lr = 5e-3;
    ema = 0;
    steps = 20000;
  }
  void visit(OptionVisitor& v) override {
    RecipeOptions::visit(v);
    v.integer("channels", network.channels, 1, 3, "1 or 3");
    v.integer("latent", network.latent, 1, 4096, "length of the code");
    v.text("hidden", network.hidden, "", "feature maps; n layers make pictures of 2^(n+1) pixels");
    v.real("kl_weight", kl_weight, 0, 1e6, "of the divergence");
    v.real("capacity", capacity, 0, 1e6, "divergence to reach, nats; 0: as little as possible");
    v.real("decay", decay, 0.01, 1, "factor of the learning rate after each epoch");
    v.flag("mirror", mirror, "pictures of a folder at random");
    v.integer("holdout", holdout, 0, 1000000,
              "pictures held out of a folder; 0: 100, of less than 1000 a tenth");
    v.integer("judge_pictures", judge_pictures, 16, 100000, "compared by the metrics");
  }

 protected:
  void make_small() override {
    network.hidden = "32-64-128";
    network.latent = 32;
    steps = 6000;
    log_every = 100;
    validate_every = save_every = 1000;
  }
};

class VaeRecipe : public Recipe {
 public:
  RecipeOptions& options() override { return options_; }
  const Dataset& training_set() const override { return *data_.training; }

  void prepare(RunState& state, const std::string& folder) override {
    check(options_.network.channels != 2, ErrorKind::kSettings, "channels must be 1 or 3, got 2");
    options_.network.out_channels = options_.network.channels;
    auto& g = state.add_network("g", "vae", std::make_unique<VaeOptions>(options_.network),
                                options_.ema > 0);
    const int side = static_cast<int>(g.traits().out_width);
    data_ = open_pictures(folder, {side, options_.network.channels, options_.mirror},
                          {options_.holdout, 100, state.holdout_given}, state.notes);
    state.add_optimizer("g", g.parameters(), {.lr = options_.lr});
    held_out_ = plain_batch(*data_.held_out, 0, options_.judge_pictures).pictures;
  }

  void step(Step& step) override {
    const auto& g = step.state().network("g");
    auto& vae = dynamic_cast<Vae&>(*g.network);
    const auto noise = step.normal(options_.network.latent);
    const int64_t epoch =
        (step.number() - 1) * options_.batch * options_.accumulate / training_set().size();
    step.state().scale_lr("g", std::pow(options_.decay, static_cast<double>(epoch)));
    step.update({"g"}, "loss", [&](const Batch& batch, size_t place) {
      const auto picture = batch.input * 2 - 1;
      const auto codes = g.mixed([&] { return vae.encode(picture); }).to(torch::kFloat);
      const auto back = g.mixed([&] { return vae.decode(codes.sample(noise[place])); });
      const auto loss = losses::mse(back.to(torch::kFloat), picture);
      const auto kl = losses::kl_divergence(codes.mean, codes.log_variance);
      step.log("picture", loss);
      step.log("kl", kl);
      if (options_.capacity == 0) return loss + options_.kl_weight * kl;
      const double rise = std::min(1.0, 2.0 * static_cast<double>(step.number()) / options_.steps);
      return loss + options_.kl_weight * (mean_of_parts(kl) - options_.capacity * rise).abs();
    });
  }

  ReportWords words() const override {
    return {"first row: held-out pictures; second: what comes back of them; others: random codes",
            "",
            {}};
  }

  Values validate(RunState& state) override {
    torch::NoGradGuard no_grad;
    const auto back = through(state, held_out_);
    return {{"psnr_rgb", losses::psnr_db(back, held_out_).item<double>()},
            {"swd", sliced_wasserstein(draw(state, held_out_.size(0)), held_out_)}};
  }

  // Rows of held-out pictures, what comes back of them, pictures of random codes.
  Picture samples(RunState& state) override {
    torch::NoGradGuard no_grad;
    constexpr int64_t kColumns = 8;
    std::vector<Picture> cells;
    const auto real = held_out_.narrow(0, 0, kColumns);
    for (const auto& row : {real, through(state, real), draw(state, 3 * kColumns)})
      for (const auto& picture : row.split(1)) cells.push_back(picture_from_tensor(picture));
    return make_grid(cells, kColumns);
  }

 private:
  // {N, C, side, side} in [0, 1], on the CPU.
  torch::Tensor through(RunState& state, const torch::Tensor& pictures) {
    const auto back =
        state.network("g").best().run({(pictures * 2 - 1).to(state.device()), {}, {}});
    return unit_on_cpu(back);
  }
  torch::Tensor draw(RunState& state, int64_t count) {
    return seeded_pictures(state.network("g").best(), {0, count}, state.device());
  }

  VaeRunOptions options_;
  PictureSplits data_;
  torch::Tensor held_out_;
};

}  // namespace

std::unique_ptr<Recipe> make_vae_recipe() { return std::make_unique<VaeRecipe>(); }

}  // namespace gan::training
