// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/augcyclegan.h"

#include "core/error.h"
#include "models/blocks/batch_parts.h"
#include "models/blocks/fixed_filter.h"
#include "models/picture_tensor.h"
#include "training/datasets/paired_and_unpaired.h"
#include "training/judges/seeded_pictures.h"
#include "training/losses/latent.h"
#include "training/losses/perceptual.h"
#include "training/losses/pixel.h"
#include "training/losses/smoothness.h"
#include "training/meters/sample_grid.h"
#include "training/recipes/augcyclegan_networks.h"
#include "training/recipes/generator.h"
#include "training/recipes/judgement.h"
#include "training/recipes/picture_side.h"

namespace gan::training {
namespace {

constexpr int kJudgedCodes = 8;

class AugCycleGanRecipe : public TranslationRecipe {
 public:
  RecipeOptions& options() override { return options_; }

  void prepare(RunState& state, const std::string& folder) override {
    check(options_.crop.crop <= 128, ErrorKind::kSettings,
          "crop must be at most 128, which the encoders take; got ", options_.crop.crop);
    check(options_.batch > 1 || options_.e_norm == "layer", ErrorKind::kSettings,
          "batch must be at least 2 with e_norm=batch: of one picture alone it leaves nothing, at "
          "one pixel; got ",
          options_.batch);
    perceptual_ = features_of_pairs(options_, state.device());
    const auto pairs = open_data(state, folder, options_,
                                 options_.paired == "auto" ? Pairing::kSemi : Pairing::kUnpaired);
    if (options_.paired == "auto")
      add_pairs(pairs);
    else if (!options_.paired.empty() && options_.paired != "none")
      add_pairs(more_pairs(state, options_.paired, options_));
    make_networks(state, options_);
    for (const char* network : {"g", "f", "d_b"})
      check_side(state.network(network), options_.crop.crop, concat("crop=", options_.crop.crop));
    kernel_ = released_blur_kernel(21).to(state.device());
    path_mean_g_ = &state.add_tensor("path_mean_g", torch::zeros({}, state.device()));
    path_mean_f_ = &state.add_tensor("path_mean_f", torch::zeros({}, state.device()));
  }

  void step(Step& step) override {
    for (int round = 0; round < options_.rounds; ++round) {
      const Codes codes{two_sided() ? step.normal(latent()) : std::vector<torch::Tensor>(),
                        step.normal(latent())};
      cycle(step, codes, Direction::kFromA);
      cycle(step, codes, Direction::kFromB);
    }
    if (has_pairs_) supervise(step);
    if (options_.path != "none" && step.number() % options_.path_every == 0) regularise(step);
    if (options_.mode_seeking_weight > 0) seek_modes(step);
  }

  Values validate(RunState& state) override;
  Picture samples(RunState& state) override;
  ReportWords words() const override {
    ReportWords all = TranslationRecipe::words();
    if (judge()) all.samples = "a row is a held-out picture: input | outputs of five codes | truth";
    return all;
  }

 protected:
  Picture translate(RunState& state, const Picture& picture) override {
    return translate(state, picture, torch::zeros({1, options_.network.latent}));
  }
  Picture translate_back(RunState& state, const Picture& picture) override {
    const auto code =
        two_sided() ? torch::zeros({1, options_.network.latent}, state.device()) : torch::Tensor();
    return run_on_picture(*state.network("f").network, picture, state.device(), code);
  }

 private:
  struct Codes {
    std::vector<torch::Tensor> a, b;  // {N, latent} of each batch; a is empty with one side
  };

  bool two_sided() const { return options_.two_sided(); }
  void add_pairs(const TwoDomains& pairs);

  // A batch's channels: the unpaired picture, then that of the pair where there are pairs.
  static torch::Tensor unpaired(const torch::Tensor& picture) { return picture.narrow(1, 0, 3); }
  static torch::Tensor of_pair(const torch::Tensor& picture) { return picture.narrow(1, 3, 3); }

  int64_t latent() const { return options_.network.latent; }

  void cycle(Step& step, const Codes& codes, Direction direction);
  void supervise(Step& step);
  void regularise(Step& step);
  void seek_modes(Step& step);
  torch::Tensor path_penalty(Network& network, const torch::Tensor& picture,
                             const torch::Tensor& code, torch::Tensor& mean);
  Picture translate(RunState& state, const Picture& picture, const torch::Tensor& code);
  torch::Tensor judged_code(int number) const { return seeded_codes(number, 1, latent()); }

  AugCycleGanRunOptions options_;
  std::optional<losses::Perceptual> perceptual_;
  bool has_pairs_ = false;
  torch::Tensor kernel_;
  torch::Tensor *path_mean_g_ = nullptr, *path_mean_f_ = nullptr;  // {}, of the run's state
};

void AugCycleGanRecipe::add_pairs(const TwoDomains& pairs) {
  if (pairs.a.empty()) return;
  has_pairs_ = true;
  set_training_set(std::make_unique<UnpairedAndPaired>(
      take_training_set(), std::make_unique<PairedDataset>(pairs, options_.crop)));
}

void AugCycleGanRecipe::cycle(Step& step, const Codes& codes, Direction direction) {
  const bool from_a = direction == Direction::kFromA;
  const auto networks = way(step.state(), direction, two_sided());
  const std::string side = from_a ? "_a" : "_b";
  for (size_t i = 0; i < step.batches().size(); ++i) {
    const auto a = unpaired(step.batches()[i].input), b = unpaired(step.batches()[i].target);
    const auto z_a = two_sided() ? codes.a[i] : torch::Tensor(), z_b = codes.b[i];
    const auto terms = losses::augmented_cycle(
        networks,
        from_a ? losses::AugmentedBatch{a, b, z_a, z_b} : losses::AugmentedBatch{b, a, z_b, z_a},
        kernel_);
    step.log("gan" + side, terms.picture_gan);
    step.log("cycle" + side, terms.cycle);
    step.log("blur" + side, terms.blur);
    log_judgement(step, losses::Adversarial::kLsgan, terms.real_logits, terms.fake_logits,
                  from_a ? "_b" : "_a");
    auto loss = options_.gan_weight * terms.picture_gan + options_.cycle_weight * terms.cycle +
                options_.blur_weight * terms.blur;
    auto judges = terms.judge_picture;
    if (terms.code_cycle.defined()) {
      step.log("code_cycle" + side, terms.code_cycle);
      loss = loss + options_.code_weight * terms.code_cycle;
    }
    if (terms.code_gan.defined()) {
      step.log("code_gan" + side, terms.code_gan);
      loss = loss + options_.code_gan_weight * terms.code_gan;
      judges = judges + terms.judge_code;
    }
    step.backward(judges, {"d", "dz"}, from_a ? "loss_d_b" : "loss_d_a", /*retain_graph=*/true);
    step.backward(loss, {"g", "e"}, from_a ? "loss_g_a" : "loss_g_b");
  }
  step.apply({"d", "dz", "g", "e"});
}

void AugCycleGanRecipe::supervise(Step& step) {
  RunState& state = step.state();
  const auto run = [&](const char* role, const torch::Tensor& picture, const torch::Tensor& code) {
    return enhanced(state.network(role), picture, code);
  };
  std::vector<torch::Tensor> codes_a, codes_b;
  if (options_.paired_blur_weight > 0) {
    codes_b = step.normal(latent());
    if (two_sided()) codes_a = step.normal(latent());
  }
  step.update({"g", "e"}, "loss_paired", [&](const Batch& batch, size_t place) {
    const auto a = of_pair(batch.input), b = of_pair(batch.target);
    const auto pair = torch::cat({a, b}, 1);
    const auto code = [&](const char* role) { return state.network(role).run({pair, {}, {}}); };
    const auto to_b = run("g", a, code("e_b"));
    const auto to_a = run("f", b, two_sided() ? code("e_a") : torch::Tensor());
    const auto distance_b = losses::l1(to_b, b), distance_a = losses::l1(to_a, a);
    step.log("paired_a", distance_a);
    step.log("paired_b", distance_b);
    auto loss = options_.paired_weight * (distance_a + distance_b);
    if (options_.paired_blur_weight > 0) {
      const auto code_a = two_sided() ? codes_a[place] : torch::Tensor();
      const auto blur = losses::blurred_l1(run("g", a, codes_b[place]), b, kernel_) +
                        losses::blurred_l1(run("f", b, code_a), a, kernel_);
      step.log("paired_blur", blur);
      loss = loss + options_.paired_blur_weight * blur;
    }
    if (perceptual_ && options_.perceptual_weight > 0) {
      const auto features = (*perceptual_)(to_b, b) + (*perceptual_)(to_a, a);
      step.log("perceptual", features);
      loss = loss + options_.perceptual_weight * features;
    }
    return loss;
  });
}

torch::Tensor AugCycleGanRecipe::path_penalty(Network& network, const torch::Tensor& picture,
                                              const torch::Tensor& code, torch::Tensor& mean) {
  constexpr double kStep = 0.1;
  if (options_.path == "step") {
    const auto moved = code + kStep * normal_like(code);
    const auto path = losses::path_step(run_unit(network, picture, code),
                                        run_unit(network, picture, moved), mean);
    mean.copy_(path.mean);
    return path.penalty;
  }
  const auto styles = code.unsqueeze(1).requires_grad_(true);
  const auto result = run_unit(network, picture, styles.squeeze(1));
  const auto path = losses::path_length(result, styles, normal_like(result), mean);
  mean.copy_(path.mean);
  return path.penalty;
}

// In fp32 always: two pictures that hardly differ are compared.
void AugCycleGanRecipe::regularise(Step& step) {
  RunState& state = step.state();
  const auto codes = step.normal(latent());
  step.update({"g"}, "loss_path", [&](const Batch& batch, size_t place) {
    const auto& code = codes[place];
    auto penalty =
        path_penalty(*state.network("g").network, unpaired(batch.input), code, *path_mean_g_);
    if (two_sided())
      penalty = penalty + path_penalty(*state.network("f").network, unpaired(batch.target), code,
                                       *path_mean_f_);
    return penalty * (options_.path_weight * options_.path_every);
  });
  step.log("path_mean", *path_mean_g_);
}

void AugCycleGanRecipe::seek_modes(Step& step) {
  const auto codes = step.normal(latent()), others = step.normal(latent());
  step.update({"g"}, "loss_mode_seeking", [&](const Batch& batch, size_t place) {
    const auto &code = codes[place], &other = others[place];
    const auto distance = [&](const char* role, const torch::Tensor& picture) {
      const auto& network = step.state().network(role);
      const auto one = enhanced(network, picture, code), two = enhanced(network, picture, other);
      const auto loss = options_.mode_seeking == "picture"
                            ? losses::mode_seeking(one, two, code, other)
                            : losses::mode_seeking_of_detail(one, two, {code, other}, kernel_);
      const double enough = options_.mode_seeking_enough;
      return enough > 0 ? loss.clamp_min(-enough) : loss;
    };
    auto loss = distance("g", unpaired(batch.input));
    if (two_sided()) loss = loss + distance("f", unpaired(batch.target));
    return loss * options_.mode_seeking_weight;
  });
}

Picture AugCycleGanRecipe::translate(RunState& state, const Picture& picture,
                                     const torch::Tensor& code) {
  return run_on_picture(state.network("g").best(), picture, state.device(),
                        code.to(state.device()));
}

Values AugCycleGanRecipe::validate(RunState& state) {
  Values values = TranslationRecipe::validate(state);
  if (!judge()) return values;
  torch::InferenceMode inference;
  const auto kernel = kernel_.cpu();
  double best = 0, diversity = 0, blurred_diversity = 0, blur = 0, peak = 0;
  for (const auto& one : judge()->cases()) {
    double best_here = 0;
    torch::Tensor last;
    const auto input = tensor_from_picture(one.damaged);
    for (int i = 0; i < kJudgedCodes; ++i) {
      const Picture output = translate(state, one.damaged, judged_code(i));
      best_here = std::max(best_here, measure(output, one.truth, 1).psnr_rgb_db);
      const auto tensor = tensor_from_picture(output);
      if (last.defined()) {
        diversity += losses::l1(tensor, last).item<double>() * 255;
        blurred_diversity += losses::blurred_l1(tensor, last, kernel).item<double>() * 255;
      }
      blur += losses::blurred_l1(input, tensor, kernel).item<double>() * 255;
      last = tensor;
    }
    best += best_here;
    peak += feature_peak(state.network("g").best(), input.to(state.device()),
                         judged_code(0).to(state.device()));
  }
  const auto count = static_cast<double>(judge()->cases().size());
  values.emplace_back("psnr_best", best / count);
  values.emplace_back("diversity", diversity / count / (kJudgedCodes - 1));
  values.emplace_back("blurred_diversity", blurred_diversity / count / (kJudgedCodes - 1));
  values.emplace_back("blur", blur / count / kJudgedCodes);
  values.emplace_back("feature_peak", peak / count);
  return values;
}

// Rows of input | five codes | truth.
Picture AugCycleGanRecipe::samples(RunState& state) {
  if (!judge()) return TranslationRecipe::samples(state);
  constexpr int kCodes = 5;
  std::vector<Picture> cells;
  const auto& cases = judge()->cases();
  const auto add = [&](const Picture& picture) { cells.push_back(centre_patch(picture, 256)); };
  for (size_t i = 0; i < std::min<size_t>(cases.size(), 4); ++i) {
    add(cases[i].damaged);
    for (int z = 0; z < kCodes; ++z) add(translate(state, cases[i].damaged, judged_code(z)));
    add(cases[i].truth);
  }
  return make_grid(cells, kCodes + 2);
}

}  // namespace

std::unique_ptr<Recipe> make_augcyclegan_recipe() { return std::make_unique<AugCycleGanRecipe>(); }

}  // namespace gan::training
