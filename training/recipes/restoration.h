// SPDX-License-Identifier: LGPL-2.1-or-later
// What recipes share that learn to restore pictures: options, pairs of good pictures and damaged
// ones, the network that learns, the judge of held-out pictures.
#pragma once

#include <memory>
#include <string>

#include "training/judges/restoration.h"
#include "training/recipes/generator.h"
#include "training/recipes/recipe.h"

namespace gan::training {

struct RestorationOptions : RecipeOptions {
  // How good pictures become damaged ones; bicubic shrinks whole pictures, the others squares.
  std::string degradation = "bicubic";  // one of kDegradationWords
  int scale = 2;                        // by which damaged pictures are smaller
  int patch = 48;                       // side of the damaged patch, pixels
  double noise_sigma = 0;               // bicubic: noise on the small pictures, code values
  int jpeg_quality = 0;                 // bicubic: JPEG of the small pictures, 0: none
  double soft = 0;                      // share of good squares made soft, of other damage
  std::string pairs;                    // folder of more pairs, damaged A/ and good B/; or empty
  double pairs_share = 0.5;             // of the samples that are of these
  std::string val;                      // folder to validate on; empty: held out of the data
  int holdout = 0;                      // pictures held out where val is empty
  GeneratorChoice generator;

  // own: lines of the table that the recipe's plain options describe.
  explicit RestorationOptions(std::vector<std::string> own) : generator("own", std::move(own)) {}
  void visit(OptionVisitor& v) override;
  // To be called last by those that derive.
  void visit_generator(OptionVisitor& v);

  // The line of the table that learns, and its options.
  std::string generator_table() const;
  std::unique_ptr<Options> generator_options() const;

  int large_side() const { return patch * scale; }  // of the good patches
  std::string large_side_text() const;              // the options that make it

 protected:
  // The recipe's own network in use, and the options of a network of its own by the plain options.
  virtual std::string own_network() const = 0;
  virtual std::unique_ptr<Options> own_options(const std::string& network) const = 0;

 private:
  std::unique_ptr<Options> plain_options(const std::string& network) const;
};

class RestorationRecipe : public Recipe {
 public:
  const Dataset& training_set() const override { return *data_; }
  // psnr_y, ssim_y, psnr_rgb; psnr_y_gain over the plainly enlarged (or the damaged) pictures.
  Values validate(RunState& state) override;
  Picture samples(RunState& state) override;
  // psnr_y and psnr_y_plain of four patches.
  Look look(RunState& state) override;
  ReportWords words() const override;

 protected:
  // Looks at all pictures of the folder, holds some out, opens the rest. sharpened: see
  // DamageOptions.
  void open_data(RunState& state, const std::string& folder, const RestorationOptions& options,
                 bool sharpened = false);
  // The network "g" as the options choose it; it must take the patches.
  static NamedNetwork& add_generator(RunState& state, const RestorationOptions& options);

 private:
  std::unique_ptr<Dataset> data_;
  std::unique_ptr<RestorationJudge> judge_;
};

}  // namespace gan::training
