// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/metrics.h"

#include <cmath>
#include <limits>

#include "core/bands.h"
#include "core/error.h"
#include "core/simd.h"
#include "core/ssim.h"

namespace gan {
namespace {

// The sum of so many squares of 8 bits fits in 32 bits, and vectors hold twice as many.
constexpr int kChunk = 32768;

template <class Sample>
GAN_SIMD uint64_t squares(const Sample* a, const Sample* b, int count) {
  std::conditional_t<sizeof(Sample) == 1, uint32_t, uint64_t> sum = 0;
  for (int i = 0; i < count; ++i) {
    const int difference = a[i] - b[i];
    const auto size = static_cast<uint32_t>(difference < 0 ? -difference : difference);
    sum += decltype(sum){size} * size;
  }
  return sum;
}

double squares(const float* a, const float* b, int count) {
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return sum;
}

struct Change {
  uint64_t all = 0, still = 0, still_count = 0;
  Change& operator+=(const Change& other) {
    all += other.all;
    still += other.still;
    still_count += other.still_count;
    return *this;
  }
};

template <class Sample>
GAN_SIMD Change change(const Sample* const (&rows)[4], int count, int threshold) {
  const Sample *a = rows[0], *b = rows[1], *a_before = rows[2], *b_before = rows[3];
  uint32_t all = 0, still = 0, still_count = 0;  // 256 samples of 18 bits fit
  for (int i = 0; i < count; ++i) {
    const int moved = a[i] - a_before[i], shimmer = b[i] - b_before[i] - moved;
    const auto size = static_cast<uint32_t>(shimmer < 0 ? -shimmer : shimmer);
    const uint32_t stands = moved <= threshold && moved >= -threshold;
    all += size;
    still += stands ? size : 0;
    still_count += stands;
  }
  return {all, still, still_count};
}

Change change_of_rows(const PlanePair& before, const PlanePair& now, const Interval& rows) {
  const auto& [a, b] = now;
  const int threshold = static_cast<int>(a.peak * 2 / 255);
  return with_rows(a, b, [&]<class Sample>(SampleRows<Sample> p, SampleRows<Sample> q) {
    const SampleRows<Sample> p_before{before.reference.data, before.reference.stride},
        q_before{before.processed.data, before.processed.stride};
    Change sum;
    if constexpr (!std::is_same_v<Sample, float>)
      for (int y = rows.begin; y < rows.end; ++y)
        for (int x = 0; x < a.size.width; x += 256)
          sum +=
              change<Sample>({p.row(y) + x, q.row(y) + x, p_before.row(y) + x, q_before.row(y) + x},
                             std::min(256, a.size.width - x), threshold);
    return sum;
  });
}

double squares_of_rows(const PlanePair& planes, const Interval& rows) {
  const auto& [a, b] = planes;
  return with_rows(a, b, [&](auto p, auto q) {
    // Rows without padding between them are one long row.
    const int width = a.size.width;
    const bool joined = p.row(1) == p.row(0) + width && q.row(1) == q.row(0) + width;
    const int end = joined ? rows.begin + 1 : rows.end;
    const int count = joined ? width * (rows.end - rows.begin) : width;
    decltype(squares(p.row(0), q.row(0), 0)) sum = 0;
    for (int y = rows.begin; y < end; ++y)
      for (int x = 0; x < count; x += kChunk)
        sum += squares(p.row(y) + x, q.row(y) + x, std::min(kChunk, count - x));
    return static_cast<double>(sum);
  });
}

struct BandSums {
  double squares = 0, ssim = 0;  // of integers the squares' sum is exact up to 2^53
  Change change;
  BandSums& operator+=(const BandSums& other) {
    squares += other.squares;
    ssim += other.ssim;
    change += other.change;
    return *this;
  }
};

// One measure after the other over few rows: those after the first find them in the cache.
BandSums sums_of_band(const PlaneTask& task, int band) {
  const Interval rows = band_of(task.now.reference.size.height, band);
  BandSums sums;
  if (task.mse) sums.squares = squares_of_rows(task.now, rows);
  if (task.ssim) sums.ssim = ssim_of_band(task.now, task.window, band);
  if (task.before) sums.change = change_of_rows(*task.before, task.now, rows);
  return sums;
}

// Where there is nothing to take the mean of, not 0 / 0: its sign makes texts say "-nan".
double mean(double sum, double count) {
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / count;
}

PlaneMeasures measures_of(const PlaneTask& task, const BandSums& sums) {
  const Size size = task.now.reference.size;
  const auto area = static_cast<double>(size.area());
  const Change& change = sums.change;
  return {mean(sums.squares, area),
          mean(sums.ssim, static_cast<double>(ssim_map(size, task.window).area())),
          {mean(static_cast<double>(change.all), area),
           mean(static_cast<double>(change.still), static_cast<double>(change.still_count))}};
}

// A task on packed planes, and the memory of those that had to be packed.
class PackedTask {
 public:
  explicit PackedTask(const PlaneTask& task) : task_(task) {
    check_alike(task.now.reference, task.now.processed);
    task_.now = packed_pair(task.now, memory_);
    if (!task.before) return;
    for (const auto* plane : {&task.before->reference, &task.before->processed})
      check_alike(task.now.reference, *plane);
    check(task.now.reference.bytes <= 2, ErrorKind::kSettings,
          "flicker is measured on integer samples");
    before_ = packed_pair(*task.before, memory_ + 2);
  }
  PlaneTask task() const {
    PlaneTask task = task_;
    if (task.before) task.before = &before_;
    return task;
  }

 private:
  static PlanePair packed_pair(const PlanePair& pair, std::vector<uint8_t>* memory) {
    return {packed(pair.reference, memory[0]), packed(pair.processed, memory[1])};
  }
  PlaneTask task_;
  PlanePair before_;
  std::vector<uint8_t> memory_[4];
};

}  // namespace

void check_alike(const SamplePlane& a, const SamplePlane& b) {
  const bool same_kind = a.bytes == b.bytes && a.peak == b.peak;
  check(a.size == b.size && same_kind, ErrorKind::kSettings,
        "pictures to compare must be alike, got ", a.size.width, "x", a.size.height, " and ",
        b.size.width, "x", b.size.height, same_kind ? "" : " of different depth");
  check(a.size.area() > 0, ErrorKind::kSettings, "pictures to compare are empty");
}

double psnr_db(double mse, double peak) {
  return mse == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(peak * peak / mse);
}

std::vector<PlaneMeasures> measure(const std::vector<PlaneTask>& tasks, Workers* workers) {
  const std::vector<PackedTask> packed_tasks(tasks.begin(), tasks.end());
  struct Part {
    PlaneTask task;
    int band;
    BandSums sums;
  };
  std::vector<Part> parts;
  for (const PackedTask& packed_task : packed_tasks)
    for (int band = 0; band < bands_of(packed_task.task().now.reference.size.height); ++band)
      parts.push_back({packed_task.task(), band, {}});
  run_all(workers, static_cast<int>(parts.size()), [&](int i) {
    Part& part = parts[static_cast<size_t>(i)];
    part.sums = sums_of_band(part.task, part.band);
  });
  std::vector<PlaneMeasures> values;
  auto part = parts.begin();
  for (const PlaneTask& task : tasks) {
    BandSums sums;
    for (int band = 0; band < bands_of(task.now.reference.size.height); ++band)
      sums += part++->sums;
    values.push_back(measures_of(task, sums));
  }
  return values;
}

double mse(const SamplePlane& a, const SamplePlane& b, Workers* workers) {
  return measure({{.now = {a, b}, .mse = true}}, workers)[0].mse;
}

double ssim(const SamplePlane& a, const SamplePlane& b, SsimWindow window, Workers* workers) {
  return measure({{.now = {a, b}, .ssim = true, .window = window}}, workers)[0].ssim;
}

Flicker flicker(const PlanePair& before, const PlanePair& now, Workers* workers) {
  return measure({{.now = now, .before = &before}}, workers)[0].flicker;
}

double mse(const PictureView& a, const PictureView& b) {
  check(a.channels == b.channels, ErrorKind::kSettings, "pictures to compare have ", a.channels,
        " and ", b.channels, " channels");
  double sum = 0;
  for (int c = 0; c < a.channels; ++c) sum += mse(channel_plane(a, c, 1), channel_plane(b, c, 1));
  return sum / a.channels;
}

double ssim(const PictureView& a, const PictureView& b, double peak) {
  check(a.channels == b.channels, ErrorKind::kSettings, "pictures to compare have ", a.channels,
        " and ", b.channels, " channels");
  double sum = 0;
  for (int c = 0; c < a.channels; ++c)
    sum += ssim(channel_plane(a, c, peak), channel_plane(b, c, peak));
  return sum / a.channels;
}

}  // namespace gan
