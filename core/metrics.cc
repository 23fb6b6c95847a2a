// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/metrics.h"

#include <cmath>
#include <limits>

#include "core/bands.h"
#include "core/error.h"
#include "core/simd.h"

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

template <class Sample>
Flicker flicker_of(const PlanePair& before, const PlanePair& now, Workers* workers) {
  const Size size = now.reference.size;
  const auto row = [](const SamplePlane& plane, int y) {
    return SampleRows<Sample>{plane.data, plane.stride}.row(y);
  };
  const int threshold = static_cast<int>(now.reference.peak * 2 / 255);
  const auto sum = sum_of_bands<Change>(size.height, workers, [&](int begin, int end) {
    Change band;
    for (int y = begin; y < end; ++y)
      for (int x = 0; x < size.width; x += 256)
        band += change<Sample>({row(now.reference, y) + x, row(now.processed, y) + x,
                                row(before.reference, y) + x, row(before.processed, y) + x},
                               std::min(256, size.width - x), threshold);
    return band;
  });
  return {static_cast<double>(sum.all) / static_cast<double>(size.area()),
          static_cast<double>(sum.still) / static_cast<double>(sum.still_count)};
}

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

double mse(const SamplePlane& a, const SamplePlane& b, Workers* workers) {
  check_alike(a, b);
  std::vector<uint8_t> a_memory, b_memory;
  return with_rows(packed(a, a_memory), packed(b, b_memory), [&](auto p, auto q) {
    using Sum = decltype(squares(p.row(0), q.row(0), 0));
    // Rows without padding between them are one long row.
    const int width = a.size.width;
    const bool joined = p.row(1) == p.row(0) + width && q.row(1) == q.row(0) + width;
    const auto sum = sum_of_bands<Sum>(a.size.height, workers, [&](int begin, int end) {
      Sum band = 0;
      const int rows = joined ? 1 : end - begin, count = joined ? width * (end - begin) : width;
      for (int y = begin; y < begin + rows; ++y)
        for (int x = 0; x < count; x += kChunk)
          band += squares(p.row(y) + x, q.row(y) + x, std::min(kChunk, count - x));
      return band;
    });
    return static_cast<double>(sum) / static_cast<double>(a.size.area());
  });
}

Flicker flicker(const PlanePair& before, const PlanePair& now, Workers* workers) {
  for (const auto* plane : {&now.processed, &before.reference, &before.processed})
    check_alike(now.reference, *plane);
  check(now.reference.bytes <= 2, ErrorKind::kSettings, "flicker is measured on integer samples");
  std::vector<uint8_t> memory[4];
  const PlanePair packed_before{packed(before.reference, memory[0]),
                                packed(before.processed, memory[1])};
  const PlanePair packed_now{packed(now.reference, memory[2]), packed(now.processed, memory[3])};
  return now.reference.bytes == 1 ? flicker_of<uint8_t>(packed_before, packed_now, workers)
                                  : flicker_of<uint16_t>(packed_before, packed_now, workers);
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
