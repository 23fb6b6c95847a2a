// SPDX-License-Identifier: LGPL-2.1-or-later
// What recipes share that learn to restore pictures: options, pairs of good pictures and damaged
// ones, the judge of held-out pictures.
#pragma once

#include <memory>
#include <string>

#include "training/judges/restoration.h"
#include "training/recipe.h"

namespace gan::training {

struct RestorationOptions : RecipeOptions {
  // How good pictures become damaged ones; bicubic shrinks whole pictures, the others squares.
  std::string degradation = "bicubic";  // one of kDegradationWords
  int scale = 2;                        // by which damaged pictures are smaller
  int patch = 48;                       // side of the damaged patch, pixels
  double noise_sigma = 0;               // bicubic: noise on the small pictures, code values
  int jpeg_quality = 0;                 // bicubic: JPEG of the small pictures, 0: none
  std::string val;                      // folder to validate on; empty: held out of the data
  int holdout = 10;                     // pictures held out where val is empty
  void visit(OptionVisitor& v) override;

  int large_side() const { return patch * scale; }  // of the good patches
  std::string large_side_text() const;              // the options that make it
};

class RestorationRecipe : public Recipe {
 public:
  const Dataset& training_set() const override { return *data_; }
  // psnr_y, ssim_y, psnr_rgb; psnr_y_gain over the plainly enlarged (or the damaged) pictures.
  Values validate(RunState& state) override;
  Picture samples(RunState& state) override;

 protected:
  // Looks at all pictures of the folder, holds some out, opens the rest. sharpened: see
  // DamageOptions.
  void open_data(RunState& state, const std::string& folder, const RestorationOptions& options,
                 bool sharpened = false);

 private:
  std::unique_ptr<Dataset> data_;
  std::unique_ptr<RestorationJudge> judge_;
};

}  // namespace gan::training
