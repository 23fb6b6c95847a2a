// SPDX-License-Identifier: LGPL-2.1-or-later
// What recipes share that learn from pictures of two domains, A and B: options, data, the judge.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "training/datasets/two_domains.h"
#include "training/judges/restoration.h"
#include "training/recipes/recipe.h"

namespace gan::training {

// How a recipe takes the two domains.
enum class Pairing {
  kUnpaired,  // pictures of both at random
  kPaired,    // the same scene in both
  kSemi,      // where the data has pairs, one half as pairs and the other at random, else kUnpaired
};

struct TranslationOptions : RecipeOptions {
  std::string direction = "AtoB";  // AtoB | BtoA
  CropOptions crop;
  // none: the folder holds two domains. phone: it holds good pictures, which are B; A is what a
  // made-up phone camera sees (a model of no real phone). Unpaired: of one half of the pictures.
  std::string simulate = "none";
  int holdout = 0;  // pictures held out where the folder has no test pictures
  void visit(OptionVisitor& v) override;
  std::string least_text() const { return concat("crop=", crop.crop); }
};

class TranslationRecipe : public Recipe {
 public:
  const Dataset& training_set() const override { return *data_; }
  // Of held-out pairs: psnr_rgb, ssim_rgb, psnr_y and psnr_rgb_gain over the input. Without pairs:
  // swd, the sliced Wasserstein distance of results from the other domain's pictures, and
  // swd_input, that of the inputs.
  Values validate(RunState& state) override;
  bool larger_is_better() const override { return judge_.has_value(); }
  // Rows of input | result | truth (without pairs: the way back of the result).
  Picture samples(RunState& state) override;
  // Of held-out pairs psnr_rgb and psnr_rgb_plain of four patches.
  Look look(RunState& state) override;
  ReportWords words() const override;

 protected:
  // Looks at all pictures, holds some out, opens the rest. With kSemi the pairs that are not mixed
  // among the others, or none.
  TwoDomains open_data(RunState& state, const std::string& folder,
                       const TranslationOptions& options, Pairing pairing);
  // The pairs of another folder, or with simulate=phone its pictures. Looks at all of them; without
  // those that cannot be read and those that open_data() has held out, each with a note.
  TwoDomains more_pairs(RunState& state, const std::string& folder,
                        const TranslationOptions& options) const;
  // The result for a picture in [0, 1], and the way back, by network f, of recipes without pairs.
  virtual Picture translate(RunState& state, const Picture& picture);
  virtual Picture translate_back(RunState& state, const Picture& picture);
  const std::optional<RestorationJudge>& judge() const { return judge_; }
  void set_training_set(std::unique_ptr<Dataset> data) { data_ = std::move(data); }
  std::unique_ptr<Dataset> take_training_set() { return std::move(data_); }

 private:
  std::unique_ptr<Dataset> data_;
  std::optional<RestorationJudge> judge_;
  std::vector<Picture> inputs_, others_;  // held out, without pairs
  double swd_input_ = 0;                  // theirs
  std::set<std::string> held_out_files_;  // resolved paths
};

// The pictures of a batch as networks of [-1, 1] want them.
inline torch::Tensor signed_unit(const torch::Tensor& picture) { return picture * 2 - 1; }

}  // namespace gan::training
