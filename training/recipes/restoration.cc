// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/restoration.h"

#include "core/error.h"
#include "core/image_file.h"
#include "models/picture_tensor.h"
#include "training/datasets/damaged.h"
#include "training/datasets/scan.h"
#include "training/datasets/super_resolution.h"

namespace gan::training {

void RestorationOptions::visit(OptionVisitor& v) {
  RecipeOptions::visit(v);
  v.text("degradation", degradation, kDegradationWords, "how good pictures become damaged ones");
  v.integer("scale", scale, 1, 8, "enlargement; 1 repairs");
  v.integer("patch", patch, 4, 4096, "side of the damaged patch, pixels");
  v.real("noise_sigma", noise_sigma, 0, 255, "bicubic: noise on the small pictures, code values");
  v.integer("jpeg_quality", jpeg_quality, 0, 100, "bicubic: JPEG of the small pictures, 0: none");
  v.text("val", val, "", "folder of pictures to validate on; empty: held out of the data");
  v.integer("holdout", holdout, 1, 100000, "pictures held out where val is empty");
}

std::string RestorationOptions::large_side_text() const {
  return concat("patch=", patch, " at scale=", scale);
}

void RestorationRecipe::open_data(RunState& state, const std::string& folder,
                                  const RestorationOptions& options, bool sharpened) {
  const int side = options.large_side();
  auto files = checked_pictures(folder, {"training", {side, side}}, state.notes);
  const auto held_out = options.val.empty()
                            ? hold_out(files, {options.holdout, state.holdout_given}, state.notes)
                            : checked_pictures(options.val, {"validation"}, state.notes);
  const DamageOptions damage{options.degradation, options.scale, options.patch, sharpened};
  const bool whole = options.degradation == "bicubic" && !sharpened;
  const LowResolutionOptions low{options.scale, options.noise_sigma, options.jpeg_quality};
  check(whole || (low.noise_sigma == 0 && low.jpeg_quality == 0), ErrorKind::kSettings,
        "noise_sigma and jpeg_quality are for degradation=bicubic",
        sharpened ? " without sharpen" : "", ", got degradation=", options.degradation,
        " noise_sigma=", low.noise_sigma, " jpeg_quality=", low.jpeg_quality);
  std::vector<RestorationCase> cases;
  for (const auto& file : held_out)
    cases.push_back(whole ? shrunk_case(file, low, static_cast<int>(cases.size()))
                          : damaged_case(file, damage, static_cast<int>(cases.size())));
  judge_ = std::make_unique<RestorationJudge>(std::move(cases), options.scale);
  if (whole && options.scale > 1)
    data_ = std::make_unique<SuperResolutionDataset>(std::move(files), options.patch, low);
  else
    data_ = std::make_unique<DamagedDataset>(std::move(files), damage);
}

Values RestorationRecipe::validate(RunState& state) {
  Network& network = state.network(main_network()).best();
  const auto verdict = judge_->judge(
      [&](const Picture& picture) { return run_on_picture(network, picture, state.device()); });
  return {{"psnr_y", verdict.restored.psnr_y_db},
          {"ssim_y", verdict.restored.ssim_y},
          {"psnr_rgb", verdict.restored.psnr_rgb_db},
          {"psnr_y_gain", verdict.restored.psnr_y_db - verdict.plain.psnr_y_db}};
}

Picture RestorationRecipe::samples(RunState& state) {
  Network& network = state.network(main_network()).best();
  return judge_->grid(
      [&](const Picture& picture) { return run_on_picture(network, picture, state.device()); });
}

}  // namespace gan::training
