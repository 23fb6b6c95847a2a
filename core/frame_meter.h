// SPDX-License-Identifier: LGPL-2.1-or-later
// Quality of a row of frames against their references; the measures are those of core/metrics.h.
//
// Combined values weigh every plane by its number of samples, as FFmpeg's filters do: for 4:2:0
// that is (4 Y + U + V) / 6. psnr of several frames comes in two forms that differ: of the mean MSE
// (what FFmpeg prints as "average") and the mean of the frames' own PSNRs, identical frames apart,
// because theirs is infinite.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/metrics.h"

namespace gan {

struct MeterOptions {
  int crop_border = 0;  // luma samples left out at each side; chroma planes: half, rounded down
  bool ssim = true;     // it costs most of the time
};

struct PlaneQuality {
  std::string name;  // "y", "u", "v", "r", "g", "b", "gray"; "all" for the combination
  double mse = 0, psnr_db = 0, ssim = 0;  // ssim is NaN where it is not measured
};

struct FrameQuality {
  std::vector<PlaneQuality> planes;
  PlaneQuality all;
};

struct MeterSummary {
  uint64_t frames = 0;
  uint64_t identical = 0;            // frames of infinite PSNR
  std::vector<PlaneQuality> planes;  // mean mse, psnr of it, mean ssim
  PlaneQuality all;
  double psnr_mean_db = 0;  // mean over the frames that are not identical; infinite if all are
  double psnr_min_db = 0;
};

class FrameMeter {
 public:
  explicit FrameMeter(const MeterOptions& options = {}) : options_(options) {}

  // Both frames of one format and size; throws Error(kSettings) with both otherwise.
  FrameQuality add(const FrameView& reference, const FrameView& processed);
  MeterSummary summary() const;
  void reset();

 private:
  MeterOptions options_;
  MeterSummary sums_;  // sums where the summary has means
  double finite_psnr_sum_ = 0;
};

}  // namespace gan
