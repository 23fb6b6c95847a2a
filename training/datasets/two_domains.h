// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of two domains, A and B: paired (the same scene in both) or unpaired.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "training/datasets/dataset.h"
#include "training/datasets/image_cache.h"

namespace gan::training {

struct CropOptions {
  int load = 286;      // pictures are resized to this square first (bicubic); 0: kept as they are
  int crop = 256;      // side of the random square cut from it
  bool mirror = true;  // at random
};

// Where the pictures of both domains lie. Found by the folder's layout:
//   train/ val/ test/ with A|B side by side in one file (pix2pix)
//   trainA/ trainB/ testA/ testB/ (CycleGAN; paired when asked for pairs and the names agree)
//   A/ B/, or two sub-folders of any names but train, val and test (with the same names: paired)
//   PHONE/training_data/PHONE and .../canon, patches of the same names (DPED)
struct TwoDomains {
  bool side_by_side = false;
  bool swap = false;  // from B to A: data sets give B as input and A as target
  // A's pictures are good ones too, and become what a made-up phone camera would have seen
  // (photograph() of crapify.h, with random numbers of each file's own).
  bool phone = false;
  std::vector<std::string> a, b;            // training files; side_by_side: a alone
  std::vector<std::string> test_a, test_b;  // held out; may be empty
  std::string note;                         // which folder is which, where their names do not say
};
// paired: only layouts whose pictures belong together. Throws Error(kData) that says what
// was looked for, what to do `otherwise`, and, of unequal folders, the first names without a
// partner.
TwoDomains find_domains(const std::string& folder, bool paired, const std::string& otherwise = "");
// Whether a folder has such a layout.
bool domains_are_paired(const std::string& folder);

// Pairs: the same square of both pictures, mirrored alike. input: A, target: B. side_by_side: the
// left half of a file is A, the right one B.
class PairedDataset : public Dataset {
 public:
  PairedDataset(const TwoDomains& files, const CropOptions& options);
  int64_t size() const override { return static_cast<int64_t>(a_.size()); }
  Sample get(int64_t index, Random& random) const override;

 private:
  ImageCache a_, b_;
  bool swap_;
  CropOptions options_;
};

// Training pair `index` as it is in its files. Throws Error(kData) when the two differ in size.
RestorationCase whole_pair(const TwoDomains& files, size_t index);

// A held-out picture without a pair as it is judged: resized to `crop` where pictures are resized,
// else its middle square.
Picture judged_picture(const Bytes8& image, const CropOptions& options);
// The pairs of test_a and test_b, damaged is A (swap: B): resized to `crop` where pictures are
// resized, else as they are, of large ones the middle of at most 512 pixels a side.
std::vector<RestorationCase> held_out_pairs(const TwoDomains& files, const CropOptions& options);

// A by its number, B at random; each with its own square. An epoch has as many samples as the
// larger domain.
class UnpairedDataset : public Dataset {
 public:
  UnpairedDataset(const TwoDomains& files, const CropOptions& options);
  int64_t size() const override { return static_cast<int64_t>(std::max(a_.size(), b_.size())); }
  Sample get(int64_t index, Random& random) const override;

 private:
  ImageCache a_, b_;
  bool swap_;
  CropOptions options_;
};

}  // namespace gan::training
