// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of one size for generators: from a folder of picture files, or from IDX files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "training/datasets/dataset.h"

#include "training/datasets/scan.h"

namespace gan::training {

struct PictureFormat {
  int side = 64;     // pictures are enlarged or shrunk to cover the square, then cropped around the
                     // middle
  int channels = 3;  // 1 or 3
  bool mirror = false;  // at random
};

class PictureDataset : public Dataset {
 public:
  virtual int classes() const { return 0; }  // 0: without labels
  // Sample `index` as it is, for judging.
  virtual Sample plain(int64_t index) const = 0;
};

struct PictureSplits {
  std::unique_ptr<PictureDataset> training, held_out;
};

// A folder with train-images-idx3-ubyte, train-labels-idx1-ubyte and t10k-..., all plain or .gz, is
// read as IDX; the t10k files are held out. Another folder is searched for pictures, of which
// `holdout` are held out; its sub-folders are no classes. Throws Error(kData).
PictureSplits open_pictures(const std::string& folder, const PictureFormat& format,
                            const Holdout& holdout, std::vector<std::string>& notes);

// All pictures of a folder, or an IDX folder's training set.
std::unique_ptr<PictureDataset> open_all_pictures(const std::string& folder,
                                                  const PictureFormat& format,
                                                  std::vector<std::string>& notes);

}  // namespace gan::training
