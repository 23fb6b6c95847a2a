// SPDX-License-Identifier: LGPL-2.1-or-later
// Pairs for super-resolution from a folder of good pictures: each is shrunk whole by the
// antialiased bicubic of core/resize and rounded to 8 bits, as DIV2K's and Set5's pairs are, then
// patches are cut from both at the same place.
#pragma once

#include <vector>

#include "training/datasets/dataset.h"
#include "training/datasets/image_cache.h"

namespace gan::training {

struct LowResolutionOptions {
  int scale = 2;
  double noise_sigma = 0;  // of Gaussian noise added to the small picture, in 8-bit code values
  int jpeg_quality = 0;    // of a JPEG round trip of the small patch, 1..100; 0: none
};

class SuperResolutionDataset : public Dataset {
 public:
  // patch: side of the small patch in pixels. Pictures are cropped to multiples of the scale.
  // budget: bytes of pictures, large and small, that are kept in memory; what does not fit is read
  // and shrunk each time it is drawn. Of photographs of more than kLargePixels only what a patch
  // needs is shrunk. Throws Error(kData) when the list is empty or a picture is smaller than a
  // patch.
  static constexpr int64_t kLargePixels = int64_t{4} << 20;
  SuperResolutionDataset(std::vector<std::string> files, int patch, LowResolutionOptions options,
                         size_t budget = ImageCache::kDefaultBudget);

  int64_t size() const override { return static_cast<int64_t>(large_.size()); }
  Sample get(int64_t index, Random& random) const override;
  size_t kept_bytes() const { return large_.budget().used(); }

 private:
  std::shared_ptr<const Bytes8> small(size_t index, const Bytes8& large) const;
  Size small_size(size_t index, const Bytes8& large) const;

  ImageCache large_;
  int patch_;
  LowResolutionOptions options_;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<const Bytes8>> small_;
};

// The small picture of a large one whose sides are multiples of the scale, rounded to 8 bits.
Picture shrink_for_training(const Picture& large, int scale);

// Pixels a side that a picture needs to be measured: SSIM's window inside the border of `scale`
// pixels that is cropped.
constexpr int least_measured_side(int scale) { return 11 + 2 * scale; }

// The whole picture, cropped to a multiple of the scale, shrunk and damaged as the samples are,
// with random numbers of its own (`number`). Throws Error(kData) when the picture is too small to
// be measured.
RestorationCase shrunk_case(const std::string& file, const LowResolutionOptions& options,
                            int number = 0);

}  // namespace gan::training
