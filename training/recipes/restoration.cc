// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/restoration.h"

#include "core/error.h"
#include "core/image_file.h"
#include "models/picture_tensor.h"
#include "training/datasets/damaged.h"
#include "training/datasets/enlarged_pairs.h"
#include "training/datasets/scan.h"
#include "training/datasets/super_resolution.h"
#include "training/recipes/picture_side.h"

namespace gan::training {

void RestorationOptions::visit(OptionVisitor& v) {
  RecipeOptions::visit(v);
  v.text("degradation", degradation, kDegradationWords, "how good pictures become damaged ones");
  v.integer("scale", scale, 1, 8, "enlargement; 1 repairs");
  v.integer("patch", patch, 4, 4096, "side of the damaged patch, pixels");
  v.real("noise_sigma", noise_sigma, 0, 255, "bicubic: noise on the small pictures, code values");
  v.integer("jpeg_quality", jpeg_quality, 0, 100, "bicubic: JPEG of the small pictures, 0: none");
  v.real("soft", soft, 0, 1,
         "of the good squares are made soft, as video often is; not for degradation=bicubic");
  v.text("pairs", pairs, "", "folder of more pairs, A/ damaged and B/ good; empty: none");
  v.real("pairs_share", pairs_share, 0, 1, "of the samples that are of these pairs");
  v.text("val", val, "", "folder of pictures to validate on; empty: held out of the data");
  v.integer("holdout", holdout, 0, 100000,
            "pictures held out where val is empty; 0: 20, of less than 200 a tenth");
}

void RestorationOptions::visit_generator(OptionVisitor& v) {
  generator.visit(v, [this](const std::string& network) { return plain_options(network); });
}

std::string RestorationOptions::generator_table() const {
  return generator.network == "own" ? own_network() : generator.network;
}

std::unique_ptr<Options> RestorationOptions::generator_options() const {
  return generator.options([this](const std::string& network) { return plain_options(network); });
}

std::unique_ptr<Options> RestorationOptions::plain_options(const std::string& network) const {
  const std::string table = network == "own" ? own_network() : network;
  return generator.is_own() ? own_options(table) : default_options(table, scale);
}

std::string RestorationOptions::large_side_text() const {
  return concat("patch=", patch, " at scale=", scale);
}

NamedNetwork& RestorationRecipe::add_generator(RunState& state, const RestorationOptions& options) {
  NamedNetwork& g =
      training::add_generator(state, options.generator_table(), options.generator_options(),
                              options.scale, options.ema > 0);
  check_side(g, options.patch, concat("patch=", options.patch));
  return g;
}

void RestorationRecipe::open_data(RunState& state, const std::string& folder,
                                  const RestorationOptions& options, bool sharpened) {
  const int side = options.large_side();
  auto files =
      checked_pictures(folder, {"training", {side, side}, options.large_side_text()}, state.notes);
  const auto held_out =
      options.val.empty() ? hold_out(files, {options.holdout, 20, state.holdout_given}, state.notes)
                          : checked_pictures(options.val, {"validation"}, state.notes);
  const DamageOptions damage{options.degradation, options.scale, options.patch, sharpened,
                             options.soft};
  const bool whole = options.degradation == "bicubic" && !sharpened;
  const LowResolutionOptions low{options.scale, options.noise_sigma, options.jpeg_quality};
  check(whole || (low.noise_sigma == 0 && low.jpeg_quality == 0), ErrorKind::kSettings,
        "noise_sigma and jpeg_quality are for degradation=bicubic",
        sharpened ? " without sharpen" : "", ", got degradation=", options.degradation,
        " noise_sigma=", low.noise_sigma, " jpeg_quality=", low.jpeg_quality);
  check(!whole || options.soft == 0, ErrorKind::kSettings,
        "soft is for other ways of damage than degradation=bicubic, got soft=", options.soft);
  std::vector<RestorationCase> cases;
  for (const auto& file : held_out)
    cases.push_back(whole ? shrunk_case(file, low, static_cast<int>(cases.size()))
                          : damaged_case(file, damage, static_cast<int>(cases.size())));
  judge_ = std::make_unique<RestorationJudge>(std::move(cases), options.scale);
  if (whole && options.scale > 1)
    data_ = std::make_unique<SuperResolutionDataset>(std::move(files), options.patch, low);
  else
    data_ = std::make_unique<DamagedDataset>(std::move(files), damage);
  if (options.pairs.empty()) return;
  check(!sharpened, ErrorKind::kSettings,
        "pairs is for recipes that learn from plain pictures, not for realesrgan");
  data_ = std::make_unique<MixedDataset>(
      std::move(data_),
      std::make_unique<EnlargedPairs>(options.pairs, options.scale, options.patch, state.notes),
      options.pairs_share);
}

Values RestorationRecipe::validate(RunState& state) {
  Network& network = state.network(main_network()).best();
  const auto verdict = judge_->judge(
      [&](const Picture& picture) { return run_on_picture(network, picture, state.device()); });
  return {{"psnr_y", verdict.restored.psnr_y_db},
          {"ssim_y", verdict.restored.ssim_y},
          {"psnr_rgb", verdict.restored.psnr_rgb_db},
          {"gradient_y", verdict.restored.gradient_y},
          {"psnr_y_gain", verdict.restored.psnr_y_db - verdict.plain.psnr_y_db}};
}

ReportWords RestorationRecipe::words() const {
  const bool enlarges = judge_->scale() > 1;
  const Quality& plain = judge_->plain();
  return {enlarges ? "a row is a held-out picture: bicubic | output | truth"
                   : "a row is a held-out picture: input | output | truth",
          enlarges ? "bicubic" : "input",
          {{"val_psnr_y", plain.psnr_y_db},
           {"val_ssim_y", plain.ssim_y},
           {"val_psnr_rgb", plain.psnr_rgb_db},
           {"val_gradient_y", plain.gradient_y},
           {"val_psnr_y_gain", 0}}};
}

Look RestorationRecipe::look(RunState& state) {
  Network& network = state.network(main_network()).best();
  const auto [verdict, grid] = judge_->look(
      [&](const Picture& picture) { return run_on_picture(network, picture, state.device()); });
  return {{{"psnr_y", verdict.restored.psnr_y_db}, {"psnr_y_plain", verdict.plain.psnr_y_db}},
          grid};
}

Picture RestorationRecipe::samples(RunState& state) {
  Network& network = state.network(main_network()).best();
  return judge_->grid(
      [&](const Picture& picture) { return run_on_picture(network, picture, state.device()); });
}

}  // namespace gan::training
