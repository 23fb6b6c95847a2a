// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <utility>

#include "training/datasets/dataset.h"

namespace gan::training {

// An unpaired sample with a pair behind it, for semi-supervised training: 6 channels each, those of
// the unpaired picture, then those of the pair's. The pair is drawn at random.
class UnpairedAndPaired : public Dataset {
 public:
  UnpairedAndPaired(std::unique_ptr<Dataset> unpaired, std::unique_ptr<Dataset> paired)
      : unpaired_(std::move(unpaired)), paired_(std::move(paired)) {}
  int64_t size() const override { return unpaired_->size(); }
  Sample get(int64_t index, Random& random) const override {
    Sample sample = unpaired_->get(index, random);
    const Sample pair = paired_->get(random.below(static_cast<int>(paired_->size())), random);
    sample.input = stacked(sample.input, pair.input);
    sample.target = stacked(sample.target, pair.target);
    sample.source += " and " + pair.source;
    return sample;
  }

 private:
  std::unique_ptr<Dataset> unpaired_, paired_;
};

}  // namespace gan::training
