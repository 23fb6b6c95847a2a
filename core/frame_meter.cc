// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame_meter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace gan {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const char* plane_name(Family family, int index) {
  constexpr const char* kYuv[] = {"y", "u", "v"};
  constexpr const char* kRgb[] = {"r", "g", "b"};
  return family == Family::kGray ? "gray" : (family == Family::kYuv ? kYuv : kRgb)[index];
}

void check_alike(const FrameView& a, const FrameView& b) {
  const auto text = [](const FrameView& f) {
    return concat(info(f.format).name, " ", f.size.width, "x", f.size.height);
  };
  check(a.format == b.format && a.size == b.size, ErrorKind::kSettings,
        "the frames to compare must have one format and size; the reference is ", text(a),
        ", the processed frame ", text(b));
}

}  // namespace

FrameQuality FrameMeter::add(const FrameView& reference, const FrameView& processed) {
  check_alike(reference, processed);
  const FormatInfo& format = info(reference.format);
  FrameQuality quality;
  double samples = 0, mse_sum = 0, ssim_sum = 0, peak = 0;
  for (int i = 0; i < format.components; ++i) {
    const int border = options_.crop_border >> format.component[static_cast<size_t>(i)].shrink;
    const SamplePlane a = crop(component_plane(reference, i), border);
    const SamplePlane b = crop(component_plane(processed, i), border);
    PlaneQuality plane{plane_name(format.family, i), mse(a, b), 0, kNaN};
    peak = a.peak();
    plane.psnr_db = psnr_db(plane.mse, peak);
    if (options_.ssim) plane.ssim = ssim(a, b);
    const auto count = static_cast<double>(a.size.area());
    samples += count;
    mse_sum += plane.mse * count;
    ssim_sum += plane.ssim * count;
    quality.planes.push_back(std::move(plane));
  }
  quality.all = {"all", mse_sum / samples, psnr_db(mse_sum / samples, peak), ssim_sum / samples};

  if (sums_.frames == 0) {
    sums_ = {0, 0, quality.planes, {"all"}, 0, kInfinity};
    for (auto& plane : sums_.planes) plane = {plane.name};
  }
  check(sums_.planes.size() == quality.planes.size(), ErrorKind::kSettings,
        "the format changed between colour and grey while measuring");
  const auto accumulate = [&](PlaneQuality& sum, const PlaneQuality& one) {
    sum.mse += one.mse;
    sum.ssim += one.ssim;
    sum.psnr_db = peak;  // turned into a PSNR by summary()
  };
  for (size_t i = 0; i < quality.planes.size(); ++i) accumulate(sums_.planes[i], quality.planes[i]);
  accumulate(sums_.all, quality.all);
  ++sums_.frames;
  if (std::isinf(quality.all.psnr_db))
    ++sums_.identical;
  else
    finite_psnr_sum_ += quality.all.psnr_db;
  sums_.psnr_min_db = std::min(sums_.psnr_min_db, quality.all.psnr_db);
  return quality;
}

MeterSummary FrameMeter::summary() const {
  MeterSummary summary = sums_;
  if (summary.frames == 0) return summary;
  const auto frames = static_cast<double>(summary.frames);
  const auto average = [&](PlaneQuality& plane) {
    plane.mse /= frames;
    plane.ssim /= frames;
    plane.psnr_db = psnr_db(plane.mse, plane.psnr_db);
  };
  for (auto& plane : summary.planes) average(plane);
  average(summary.all);
  const uint64_t finite = summary.frames - summary.identical;
  summary.psnr_mean_db = finite ? finite_psnr_sum_ / static_cast<double>(finite) : kInfinity;
  return summary;
}

void FrameMeter::reset() {
  sums_ = {};
  finite_psnr_sum_ = 0;
}

}  // namespace gan
