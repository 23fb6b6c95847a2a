// SPDX-License-Identifier: LGPL-2.1-or-later
// Pairs of damaged pictures and good ones, a scale times larger, that lie on disk: what cannot be
// made while training, such as frames behind an encoder (degradations/codec_pairs.sh).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "training/datasets/dataset.h"
#include "training/datasets/image_cache.h"

namespace gan::training {

// The two files of each pair, in one order.
struct PairFiles {
  std::vector<std::string> damaged, good;
};

class EnlargedPairs : public Dataset {
 public:
  // folder: A/ damaged and B/ good pictures, of the same names. patch: side of the damaged patch,
  // pixels. Throws Error(kData) naming files without a partner, or of sizes that do not fit.
  EnlargedPairs(const std::string& folder, int scale, int patch,
                std::vector<std::string>& warnings);
  int64_t size() const override { return static_cast<int64_t>(damaged_.size()); }
  // A random square, turned and mirrored.
  Sample get(int64_t index, Random& random) const override;

 private:
  EnlargedPairs(PairFiles files, int scale, int patch);

  ImageCache damaged_, good_;
  int scale_, patch_;
};

// One data set with samples of another among them: each sample is of `others` with a probability of
// `share`, then any of them.
class MixedDataset : public Dataset {
 public:
  MixedDataset(std::unique_ptr<Dataset> main, std::unique_ptr<Dataset> others, double share)
      : main_(std::move(main)), others_(std::move(others)), share_(share) {}
  int64_t size() const override { return main_->size(); }
  Sample get(int64_t index, Random& random) const override;

 private:
  std::unique_ptr<Dataset> main_, others_;
  double share_;
};

}  // namespace gan::training
