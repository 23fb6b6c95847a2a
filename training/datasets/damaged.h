// SPDX-License-Identifier: LGPL-2.1-or-later
// Pairs of a good picture and its damaged copy, damaged anew each time it is drawn.
#pragma once

#include <string>
#include <vector>

#include "training/datasets/dataset.h"
#include "training/datasets/image_cache.h"
#include "training/degradations/ways.h"

namespace gan::training {

struct DamageOptions {
  std::string way = "crapify";  // one of kDegradationWords
  int scale = 1;                // by which the damaged picture is smaller
  int patch = 128;              // side of the damaged patch, pixels
  // The target has 6 channels: the good patch, then the same sharpened (kernels.h), from which
  // Real-ESRGAN's generator learns while its discriminator sees the plain one.
  bool sharpened = false;
  double soft = 0;  // share of the good patches that are soft themselves (degradations/everyday.h)
};

class DamagedDataset : public Dataset {
 public:
  // Throws Error(kSettings) for a way that would change nothing.
  DamagedDataset(std::vector<std::string> files, const DamageOptions& options);
  int64_t size() const override { return static_cast<int64_t>(good_.size()); }
  // A random square, turned and mirrored; the damage sees some more of the picture around it, as
  // far as there is any, so that its borders are no borders of the picture.
  Sample get(int64_t index, Random& random) const override;

 private:
  ImageCache good_;
  DamageOptions options_;
  const DegradationWay& way_;
};

// The middle of a picture, damaged with random numbers of its own (`number`): 256 pixels a side, of
// a smaller picture all, of a larger patch its size; of crapify the patch's. Throws Error(kData)
// when the picture is smaller than the patch.
RestorationCase damaged_case(const std::string& file, const DamageOptions& options, int number);

}  // namespace gan::training
