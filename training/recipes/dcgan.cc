// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/dcgan.h"

#include <utility>

#include "core/error.h"
#include "models/blocks/batch_parts.h"
#include "models/discriminators/dcgan_discriminator.h"
#include "models/generators/dcgan.h"
#include "models/generators/dcgan_faces.h"
#include "models/picture_tensor.h"
#include "training/datasets/pictures.h"
#include "training/judges/class_accuracy.h"
#include "training/judges/seeded_pictures.h"
#include "training/judges/sliced_wasserstein.h"
#include "training/losses/gan.h"
#include "training/meters/sample_grid.h"
#include "training/recipes/judgement.h"

namespace gan::training {
namespace {

constexpr int kFacesSide = 80;

struct DcganRunOptions : RecipeOptions {
  std::string variant = "reference";  // reference | faces
  DcganOptions network;               // reference
  int d_features = 64;
  std::string norm = "none";  // faces
  std::string gan = "vanilla";
  double gradient_penalty = 10, r1 = 0;
  bool mirror = true;
  int holdout = 0;           // pictures held out of a folder
  int judge_pictures = 512;  // compared by the metric

  DcganRunOptions() {
    batch = 64;
    ema = 0;
    steps = 20000;
  }
  void visit(OptionVisitor& v) override {
    v.text("variant", variant, "reference|faces", "64x64 of the paper, or the 80x80 for faces");
    if (variant == "faces" && !std::exchange(has_faces_defaults_, true)) {
      network.side = kFacesSide;
      network.features = d_features = 128;
    }
    RecipeOptions::visit(v);
    v.integer("latent", network.latent, 1, 4096, "length of the code");
    v.integer("features", network.features, 1, 512, "feature maps of the generator");
    v.integer("d_features", d_features, 1, 512, "feature maps of the discriminator");
    v.integer("channels", network.channels, 1, 3, "1 or 3");
    v.integer("side", network.side, 16, 256, "reference: 16, 28, 32, 64, 128 or 256; faces: 80");
    v.text("norm", norm, "none|batch", "faces: normalisation");
    v.text("gan", gan, concat(losses::kAdversarialWords, "|wgan").c_str(), "adversarial loss");
    v.real("gradient_penalty", gradient_penalty, 0, 1e6, "wgan: weight of the gradient penalty");
    v.real("r1", r1, 0, 1e6, "weight of the squared gradient at real pictures");
    v.flag("mirror", mirror, "pictures of a folder at random");
    v.integer("holdout", holdout, 0, 1000000,
              "pictures held out of a folder; 0: 500, of less than 5000 a tenth");
    v.integer("judge_pictures", judge_pictures, 16, 100000, "compared by the metric");
  }

 protected:
  void make_small() override {
    if (variant == "faces") {
      network.features = d_features = 32;
    } else {
      network.side = 32;
      network.features = d_features = 32;
    }
    ema = 0.995;
    steps = 6000;
    log_every = 100;
    validate_every = save_every = 1000;
  }

 private:
  bool has_faces_defaults_ = false;
};

class DcganRecipe : public Recipe {
 public:
  RecipeOptions& options() override { return options_; }
  const Dataset& training_set() const override { return *data_.training; }
  bool larger_is_better() const override { return false; }

  void prepare(RunState& state, const std::string& folder) override {
    const bool faces = options_.variant == "faces";
    check(options_.network.channels != 2, ErrorKind::kSettings, "channels must be 1 or 3, got 2");
    check(!faces || options_.network.channels == 3, ErrorKind::kSettings,
          "channels must be 3 with variant=faces");
    check(!faces || options_.network.side == kFacesSide, ErrorKind::kSettings, "side must be ",
          kFacesSide, " with variant=faces, got ", options_.network.side);
    check(faces || options_.norm == "none", ErrorKind::kSettings, "norm=", options_.norm,
          " is for variant=faces; the reference's networks have batch norm always");
    data_ =
        open_pictures(folder, {options_.network.side, options_.network.channels, options_.mirror},
                      {options_.holdout, 500, state.holdout_given}, state.notes);
    auto& g =
        faces ? state.add_network("g", "dcgan_faces", faces_options(), options_.ema > 0)
              : state.add_network("g", "dcgan", std::make_unique<DcganOptions>(options_.network),
                                  options_.ema > 0);
    auto& d = faces ? state.add_network("d", "dcgan_faces_discriminator", faces_judge_options())
                    : state.add_network("d", "dcgan_discriminator", reference_judge_options());
    const AdamSettings adam{.lr = options_.lr, .beta1 = 0.5};
    state.add_optimizer("g", g.parameters(), adam);
    state.add_optimizer("d", d.parameters(), adam);
    held_out_ = plain_batch(*data_.held_out, 0, options_.judge_pictures).pictures;
  }

  void step(Step& step) override {
    const auto &g = step.state().network("g"), &d = step.state().network("d");
    const auto kind = losses::adversarial_from_word(options_.gan);
    const auto codes = step.normal(options_.network.latent);
    Generated fakes(step, g,
                    [&](const Batch&, size_t place) { return g.run({.latent = codes[place]}); });
    step.update({"d"}, "loss_d", [&](const Batch& batch, size_t place) {
      const auto picture = batch.input * 2 - 1, generated = fakes.detached(place);
      const auto real = d.run({picture, {}, {}}), fake = d.run({generated, {}, {}});
      log_judgement(step, kind, real, fake);
      const auto loss =
          losses::discriminator_real(kind, real) + losses::discriminator_fake(kind, fake);
      return loss + penalty(step, d, picture, generated);
    });
    step.update({"g"}, "loss_g", [&](const Batch&, size_t place) {
      return losses::generator(kind, d.run({fakes.attached(place), {}, {}}));
    });
  }

  ReportWords words() const override { return {"pictures of seeds 0 to 63", "", {}}; }

  Values validate(RunState& state) override {
    torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> pictures;
    for (int64_t first = 0; first < held_out_.size(0); first += 64)
      pictures.push_back(draw(state, first, std::min<int64_t>(64, held_out_.size(0) - first)));
    return {{"swd", sliced_wasserstein(torch::cat(pictures), held_out_)}};
  }

  Picture samples(RunState& state) override {
    torch::NoGradGuard no_grad;
    std::vector<Picture> cells;
    for (const auto& picture : draw(state, 0, 64).split(1))
      cells.push_back(picture_from_tensor(picture));
    return make_grid(cells, 8);
  }

 private:
  std::unique_ptr<Options> faces_options() const {
    auto options = std::make_unique<DcganFacesOptions>();
    options->latent = options_.network.latent;
    options->features = options->dense_features = options_.network.features;
    options->norm = options_.norm;
    return options;
  }
  std::unique_ptr<Options> faces_judge_options() const {
    auto options = std::make_unique<DcganFacesDiscriminatorOptions>();
    options->features = options->first_features = options_.d_features;
    options->norm = options_.norm;
    return options;
  }
  std::unique_ptr<Options> reference_judge_options() const {
    auto options = std::make_unique<DcganDiscriminatorOptions>();
    options->features = options_.d_features;
    options->channels = options_.network.channels;
    options->side = options_.network.side;
    return options;
  }

  // What keeps the discriminator's gradient in bounds; 0 where no option asks for it.
  torch::Tensor penalty(Step& step, const NamedNetwork& d, const torch::Tensor& real,
                        const torch::Tensor& fake) const {
    const auto critic = [&](const torch::Tensor& pictures) { return d.run({pictures, {}, {}}); };
    auto sum = torch::zeros({}, real.options());
    if (options_.gan == "wgan" && options_.gradient_penalty > 0) {
      const auto alpha = drawn_like(real.flatten(1).narrow(1, 0, 1),
                                    [](torch::Tensor& whole) { whole.uniform_(); });
      const auto value = losses::gradient_penalty(critic, real, fake, alpha);
      step.log("gradient_penalty", value);
      sum = sum + options_.gradient_penalty * value;
    }
    if (options_.r1 > 0) {
      const auto value = losses::r1_penalty(critic, real);
      step.log("r1", value);
      sum = sum + options_.r1 / 2 * value;
    }
    return sum;
  }

  // Pictures of the seeds first, first + 1, ... in [0, 1], on the CPU.
  torch::Tensor draw(RunState& state, int64_t first, int64_t count) {
    return seeded_pictures(state.network("g").best(), {first, count}, state.device());
  }

  DcganRunOptions options_;
  PictureSplits data_;
  torch::Tensor held_out_;
};

}  // namespace

std::unique_ptr<Recipe> make_dcgan_recipe() { return std::make_unique<DcganRecipe>(); }

}  // namespace gan::training
