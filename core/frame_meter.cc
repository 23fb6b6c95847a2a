// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame_meter.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"

namespace gan {
namespace {

const char* plane_name(const FormatInfo& format, size_t index) {
  constexpr const char* kYuv[] = {"y", "u", "v"};
  constexpr const char* kRgb[] = {"r", "g", "b", "y"};
  if (format.family == Family::kGray) return "gray";
  return (format.family == Family::kYuv ? kYuv : kRgb)[index];
}

void check_frames(const FrameView& a, const FrameView& b) {
  const auto text = [](const FrameView& f) {
    return concat(info(f.format).name, " ", f.size.width, "x", f.size.height);
  };
  check(a.format == b.format && a.size == b.size, ErrorKind::kSettings,
        "the frames to compare must have one format and size; the reference is ", text(a),
        ", the processed frame ", text(b));
}

// The mean of the planes' values, weighed by their samples; NaN as soon as one is.
PlaneQuality combined(const std::vector<PlaneQuality>& planes, const std::vector<PlanePair>& pairs,
                      size_t count) {
  PlaneQuality all{"all"};
  double samples = 0;
  for (size_t i = 0; i < count; ++i) samples += static_cast<double>(pairs[i].reference.size.area());
  for (const auto measure : kMeasures) {
    all.*measure = 0;
    for (size_t i = 0; i < count; ++i)
      all.*measure += planes[i].*measure * static_cast<double>(pairs[i].reference.size.area());
    all.*measure /= samples;
  }
  all.psnr_db = psnr_db(all.mse, pairs[0].reference.peak);
  return all;
}

}  // namespace

void FrameMeter::Mean::add(double value) {
  if (std::isnan(value)) return;
  sum += value;
  ++count;
}

double FrameMeter::Mean::value() const {
  return count ? sum / static_cast<double>(count) : PlaneQuality::kNaN;
}

void FrameMeter::read_planes(const FrameView& reference, const FrameView& processed) {
  const FormatInfo& format = info(reference.format);
  now_.pairs.clear();
  for (size_t i = 0; i < static_cast<size_t>(format.components); ++i) {
    const Size border{options_.crop_border >> format.component[i].shrink_x,
                      options_.crop_border >> format.component[i].shrink_y};
    const auto plane = [&](const FrameView& frame, std::vector<uint8_t>& memory) {
      return packed(crop(component_plane(frame, static_cast<int>(i)), border), memory);
    };
    now_.pairs.push_back(
        {plane(reference, now_.memory[2 * i]), plane(processed, now_.memory[2 * i + 1])});
  }
  if (!options_.luma || format.family != Family::kRgb) return;
  const auto luma = [&](SamplePlane PlanePair::*side, std::vector<uint8_t>& memory) {
    const auto& rgb = now_.pairs;
    return luma_plane(rgb[0].*side, rgb[1].*side, rgb[2].*side, memory);
  };
  now_.pairs.push_back(
      {luma(&PlanePair::reference, now_.memory[6]), luma(&PlanePair::processed, now_.memory[7])});
}

std::vector<PlaneQuality> FrameMeter::measure(Workers* workers) const {
  std::vector<PlaneTask> tasks;
  for (size_t i = 0; i < now_.pairs.size(); ++i) {
    const bool follows =
        i < before_.size() && before_[i].reference.size == now_.pairs[i].reference.size;
    tasks.push_back({now_.pairs[i], follows ? &before_[i] : nullptr, true, options_.ssim,
                     options_.ssim_window});
  }
  const std::vector<PlaneMeasures> measures = gan::measure(tasks, workers);
  std::vector<PlaneQuality> planes;
  for (size_t i = 0; i < tasks.size(); ++i) {
    const auto& [a, b] = tasks[i].now;
    PlaneQuality plane{names_[i], measures[i].mse, psnr_db(measures[i].mse, a.peak)};
    if (options_.ssim) plane.ssim = measures[i].ssim;
    if (options_.ms_ssim) plane.ms_ssim = ms_ssim(a, b, workers);
    if (tasks[i].before) {
      plane.flicker = measures[i].flicker.mean;
      plane.flicker_static = measures[i].flicker.static_mean;
    }
    planes.push_back(plane);
  }
  return planes;
}

// The frames are gone when the next pair comes, so their samples are copied.
void FrameMeter::keep_for_flicker() {
  before_.clear();
  before_memory_.resize(2 * now_.pairs.size());
  for (size_t i = 0; i < now_.pairs.size(); ++i) {
    if (now_.pairs[i].reference.bytes > 2) break;  // luma of RGB
    PlanePair pair = now_.pairs[i];
    for (auto [plane, memory] : {std::pair{&pair.reference, &before_memory_[2 * i]},
                                 std::pair{&pair.processed, &before_memory_[2 * i + 1]}}) {
      const ptrdiff_t row = ptrdiff_t{plane->size.width} * plane->bytes;
      memory->resize(static_cast<size_t>(row * plane->size.height));
      for (int y = 0; y < plane->size.height; ++y)
        std::memcpy(memory->data() + y * row, plane->data + y * plane->stride,
                    static_cast<size_t>(row));
      plane->data = memory->data();
      plane->stride = row;
    }
    before_.push_back(pair);
  }
}

void FrameMeter::accumulate(const FrameQuality& quality) {
  const auto add = [&](Means& means, const PlaneQuality& plane) {
    for (size_t m = 0; m < means.size(); ++m) means[m].add(plane.*kMeasures[m]);
  };
  for (size_t i = 0; i < quality.planes.size(); ++i) add(means_[i], quality.planes[i]);
  add(means_.back(), quality.all);
  ++frames_;
  if (std::isinf(quality.all.psnr_db))
    ++identical_;
  else
    finite_psnr_.add(quality.all.psnr_db);
  psnr_min_db_ = std::min(psnr_min_db_, quality.all.psnr_db);
}

FrameQuality FrameMeter::add(const FrameView& reference, const FrameView& processed,
                             Workers* workers) {
  check_frames(reference, processed);
  const FormatInfo& format = info(reference.format);
  read_planes(reference, processed);
  if (frames_ == 0) {
    names_.clear();
    for (size_t i = 0; i < now_.pairs.size(); ++i) names_.emplace_back(plane_name(format, i));
    means_.assign(now_.pairs.size() + 1, Means{});
    peak_ = now_.pairs[0].reference.peak;
  }
  check(names_.size() == now_.pairs.size() && names_[0] == plane_name(format, 0) &&
            peak_ == now_.pairs[0].reference.peak,
        ErrorKind::kSettings,
        "planes and depth must stay the same while measuring; now the format is ", format.name);
  FrameQuality quality;
  quality.planes = measure(workers);
  quality.all = combined(quality.planes, now_.pairs, static_cast<size_t>(format.components));
  accumulate(quality);
  if (options_.flicker) keep_for_flicker();
  return quality;
}

MeterSummary FrameMeter::summary() const {
  MeterSummary summary{frames_, identical_, {}, {}, 0, psnr_min_db_};
  if (frames_ == 0) return summary;
  const auto mean_of = [&](const Means& means, const std::string& name) {
    PlaneQuality plane{name};
    for (size_t m = 0; m < means.size(); ++m) plane.*kMeasures[m] = means[m].value();
    plane.psnr_db = psnr_db(plane.mse, peak_);
    return plane;
  };
  for (size_t i = 0; i < names_.size(); ++i)
    summary.planes.push_back(mean_of(means_[i], names_[i]));
  summary.all = mean_of(means_.back(), "all");
  summary.psnr_mean_db =
      finite_psnr_.count ? finite_psnr_.value() : std::numeric_limits<double>::infinity();
  return summary;
}

}  // namespace gan
