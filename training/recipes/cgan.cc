// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/cgan.h"

#include "core/error.h"
#include "models/discriminators/cgan_discriminator.h"
#include "models/generators/cgan.h"
#include "models/picture_tensor.h"
#include "training/datasets/pictures.h"
#include "training/judges/class_accuracy.h"
#include "training/judges/seeded_pictures.h"
#include "training/losses/gan.h"
#include "training/meters/sample_grid.h"
#include "training/recipes/judgement.h"

namespace gan::training {
namespace {

struct CganRunOptions : RecipeOptions {
  CganOptions network;
  CganDiscriminatorOptions judge;
  std::string gan = "vanilla";
  int judge_steps = 400;      // batches on which the class judge is trained
  int judge_pictures = 1000;  // generated for the metric

  CganRunOptions() {
    batch = 128;
    ema = 0;
    steps = 40000;
  }
  void visit(OptionVisitor& v) override {
    RecipeOptions::visit(v);
    v.integer("latent", network.latent, 1, 4096, "length of the code");
    v.integer("embedding", network.embedding, 1, 1024, "length of a class's vector");
    v.integer("features", network.features, 1, 1024, "feature maps of the generator");
    v.integer("d_features", judge.features, 1, 1024, "feature maps of the discriminator");
    v.real("dropout", judge.dropout, 0, 0.9, "of the discriminator");
    v.text("gan", gan, losses::kAdversarialWords, "adversarial loss");
    v.integer("judge_steps", judge_steps, 1, 100000, "batches that train the class judge");
    v.integer("judge_pictures", judge_pictures, 10, 100000, "generated for the metric");
  }

 protected:
  void make_small() override {
    network.features = judge.features = 32;
    judge.dropout = 0.2;
    batch = 64;
    gan = "hinge";
    lr = 5e-4;
    schedule.kind = "linear";
    ema = 0.999;
    steps = 12000;
    log_every = 200;
    validate_every = save_every = 2000;
  }
};

class CganRecipe : public Recipe {
 public:
  RecipeOptions& options() override { return options_; }
  const Dataset& training_set() const override { return *data_.training; }

  void prepare(RunState& state, const std::string& folder) override {
    data_ = open_pictures(folder, {28, 1, false}, {1}, state.notes);
    judge_ = std::make_unique<ClassJudge>(*data_.training, *data_.held_out, options_.judge_steps);
    options_.network.classes = options_.judge.classes = data_.training->classes();
    options_.judge.embedding = options_.network.embedding;
    torch::manual_seed(mix(static_cast<uint64_t>(options_.seed), 0));
    auto& g = state.add_network("g", "cgan", std::make_unique<CganOptions>(options_.network),
                                options_.ema > 0);
    auto& d = state.add_network("d", "cgan_discriminator",
                                std::make_unique<CganDiscriminatorOptions>(options_.judge));
    const AdamSettings adam{.lr = options_.lr, .beta1 = 0.5};
    state.add_optimizer("g", g.parameters(), adam);
    state.add_optimizer("d", d.parameters(), adam);
  }

  void step(Step& step) override {
    const auto &g = step.state().network("g"), &d = step.state().network("d");
    const auto kind = losses::adversarial_from_word(options_.gan);
    const auto codes = step.normal(options_.network.latent);
    const auto labels = step.below(options_.network.classes);
    Generated fakes(step, g, [&](const Batch&, size_t place) {
      return g.run({.latent = codes[place], .label = labels[place]});
    });
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t place) {
      const auto real = d.run({batch.input * 2 - 1, {}, batch.label});
      const auto fake = d.run({fakes.detached(place), {}, labels[place]});
      log_judgement(step, kind, real, fake);
      return (losses::discriminator_real(kind, real) + losses::discriminator_fake(kind, fake)) / 2;
    });
    step.update({"g"}, "loss_g", [&](const Batch&, size_t place) {
      return losses::generator(kind, d.run({fakes.attached(place), {}, labels[place]}));
    });
  }

  ReportWords words() const override { return {"a column is a class, a row a code", "", {}}; }

  Values validate(RunState& state) override {
    torch::NoGradGuard no_grad;
    const auto [pictures, labels] = draw(state, options_.judge_pictures);
    const auto verdict = judge_->judge(pictures, labels);
    return {{"class_accuracy", verdict.right},
            {"worst_class", verdict.worst_class},
            {"judge_accuracy", judge_->accuracy()}};
  }

  // Ten rows of codes; a column is a class.
  Picture samples(RunState& state) override {
    torch::NoGradGuard no_grad;
    std::vector<Picture> cells;
    for (const auto& picture : draw(state, 10 * options_.network.classes).first.split(1))
      cells.push_back(picture_from_tensor(picture));
    return make_grid(cells, options_.network.classes);
  }

 private:
  // Pictures in [0, 1] of classes 0, 1, ..., and again with the next seeds.
  std::pair<torch::Tensor, torch::Tensor> draw(RunState& state, int count) {
    const auto labels = torch::arange(count, torch::kLong) % options_.network.classes;
    return {seeded_pictures(state.network("g").best(), {0, count}, state.device(), labels), labels};
  }

  CganRunOptions options_;
  PictureSplits data_;
  std::unique_ptr<ClassJudge> judge_;
};

}  // namespace

std::unique_ptr<Recipe> make_cgan_recipe() { return std::make_unique<CganRecipe>(); }

}  // namespace gan::training
