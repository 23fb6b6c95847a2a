// SPDX-License-Identifier: LGPL-2.1-or-later
// Quality of a row of frames against their references; the measures are those of core/metrics.h.
//
// Combined values weigh every plane by its number of samples, as FFmpeg's filters do: for 4:2:0
// that is (4 Y + U + V) / 6, and the combined psnr is that of the combined mse. Alpha is not
// measured. psnr of several frames comes in two forms that differ: of the mean MSE (what FFmpeg
// prints as "average") and the mean of the frames' own PSNRs, identical frames apart, because
// theirs is infinite. All other values of several frames are means over the frames that have them.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/metrics.h"

namespace gan {

struct MeterOptions {
  int crop_border = 0;  // luma samples left out at each side; smaller chroma: half, rounded down
  bool ssim = true;     // it costs most of the time
  SsimWindow ssim_window = SsimWindow::kGaussian;
  bool ms_ssim = false;
  bool flicker = false;  // against the pair before
  bool luma = false;     // BT.601 luma of RGB formats too, as plane "y"; not part of "all"
};

// What is not measured, or has no value (see core/metrics.h), is NaN.
struct PlaneQuality {
  static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  std::string name;  // "y", "u", "v", "r", "g", "b", "gray"; "all" for the combination
  double mse = kNaN, psnr_db = kNaN, ssim = kNaN, ms_ssim = kNaN;
  double flicker = kNaN, flicker_static = kNaN;
};

// Every measure but psnr, which follows from mse.
inline constexpr double PlaneQuality::*kMeasures[] = {
    &PlaneQuality::mse, &PlaneQuality::ssim, &PlaneQuality::ms_ssim, &PlaneQuality::flicker,
    &PlaneQuality::flicker_static};

struct FrameQuality {
  std::vector<PlaneQuality> planes;
  PlaneQuality all;
};

struct MeterSummary {
  uint64_t frames = 0;
  uint64_t identical = 0;            // frames of infinite PSNR
  std::vector<PlaneQuality> planes;  // means; psnr of the mean mse
  PlaneQuality all;
  double psnr_mean_db = 0;  // mean over the frames that are not identical; infinite if all are
  double psnr_min_db = 0;
};

class FrameMeter {
 public:
  FrameMeter() = default;
  explicit FrameMeter(const MeterOptions& options) : options_(options) {}

  // Both frames of one format and size; throws Error(kSettings) with both otherwise, and when the
  // depth or the number of planes changes between frames.
  FrameQuality add(const FrameView& reference, const FrameView& processed,
                   Workers* workers = nullptr);
  // The next pair does not follow the last one: it has no flicker.
  void interrupt() { before_.clear(); }

  MeterSummary summary() const;

 private:
  // The mean of those values that are numbers.
  struct Mean {
    double sum = 0;
    uint64_t count = 0;
    void add(double value);
    double value() const;
  };
  using Means = std::array<Mean, std::size(kMeasures)>;

  // A pair's planes, cropped and packed, and the memory of those that had to be packed.
  struct Planes {
    std::vector<PlanePair> pairs;
    std::array<std::vector<uint8_t>, 8> memory;
  };
  void read_planes(const FrameView& reference, const FrameView& processed);
  std::vector<PlaneQuality> measure(Workers* workers) const;
  void accumulate(const FrameQuality& quality);
  void keep_for_flicker();

  MeterOptions options_;
  Planes now_;
  std::vector<PlanePair> before_;  // copies, in before_memory_
  std::vector<std::vector<uint8_t>> before_memory_;

  std::vector<std::string> names_;  // of the planes, "all" last
  std::vector<Means> means_;
  double peak_ = 0;
  uint64_t frames_ = 0, identical_ = 0;
  Mean finite_psnr_;
  double psnr_min_db_ = std::numeric_limits<double>::infinity();
};

}  // namespace gan
