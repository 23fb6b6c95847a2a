// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/metrics.h"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"

namespace gan {
namespace {

constexpr int kWindow = 11;

const std::array<double, kWindow>& gaussian() {
  static const auto window = [] {
    std::array<double, kWindow> w;
    double sum = 0;
    for (int i = 0; i < kWindow; ++i) sum += w[i] = std::exp(-(i - 5) * (i - 5) / (2 * 1.5 * 1.5));
    for (double& value : w) value /= sum;
    return w;
  }();
  return window;
}

void check_alike(Size a, Size b, bool same_kind) {
  check(a == b && same_kind, ErrorKind::kSettings, "pictures to compare must be alike, got ",
        a.width, "x", a.height, " and ", b.width, "x", b.height,
        same_kind ? "" : " of different depth or channels");
  check(a.area() > 0, ErrorKind::kSettings, "pictures to compare are empty");
}

void row_values(const SamplePlane& plane, int y, std::vector<double>& out) {
  const uint8_t* sample = plane.data + y * plane.stride;
  for (int x = 0; x < plane.size.width; ++x, sample += plane.step)
    out[static_cast<size_t>(x)] =
        plane.bytes == 1 ? sample[0] : (sample[0] | sample[1] << 8) >> plane.shift;
}

// SSIM of one channel given as a function that fetches rows. The window is separable: five running
// rows (a, b, aa, bb, ab) are filtered horizontally once each, kept for 11 rows, then vertically.
template <class FetchRow>
double ssim_of_rows(Size size, double peak, const FetchRow& fetch) {
  if (size.width < kWindow || size.height < kWindow)
    return std::numeric_limits<double>::quiet_NaN();
  const auto& w = gaussian();
  const double c1 = 0.01 * peak * (0.01 * peak), c2 = 0.03 * peak * (0.03 * peak);
  const size_t width = static_cast<size_t>(size.width), valid = width - (kWindow - 1);
  std::vector<double> a(width), b(width);
  std::array<std::vector<std::array<double, 5>>, kWindow> ring;
  for (auto& row : ring) row.resize(valid);
  double total = 0;
  for (int y = 0; y < size.height; ++y) {
    fetch(y, a, b);
    auto& filtered = ring[static_cast<size_t>(y % kWindow)];
    for (size_t x = 0; x < valid; ++x) {
      std::array<double, 5> sum{};
      for (size_t k = 0; k < kWindow; ++k) {
        const double p = a[x + k], q = b[x + k];
        sum[0] += w[k] * p;
        sum[1] += w[k] * q;
        sum[2] += w[k] * p * p;
        sum[3] += w[k] * q * q;
        sum[4] += w[k] * p * q;
      }
      filtered[x] = sum;
    }
    if (y < kWindow - 1) continue;
    for (size_t x = 0; x < valid; ++x) {
      std::array<double, 5> m{};
      for (int k = 0; k < kWindow; ++k) {
        const auto& row = ring[static_cast<size_t>((y + 1 + k) % kWindow)][x];
        for (size_t i = 0; i < 5; ++i) m[i] += w[static_cast<size_t>(k)] * row[i];
      }
      const double mu = m[0] * m[1], mu_a = m[0] * m[0], mu_b = m[1] * m[1];
      total += (2 * mu + c1) * (2 * (m[4] - mu) + c2) /
               ((mu_a + mu_b + c1) * (m[2] - mu_a + m[3] - mu_b + c2));
    }
  }
  return total / (static_cast<double>(valid) * (size.height - kWindow + 1));
}

}  // namespace

SamplePlane component_plane(const FrameView& frame, int index) {
  const Component& component = info(frame.format).component[static_cast<size_t>(index)];
  const auto& plane = frame.planes[component.plane];
  return {plane.data + component.offset,
          component_size(component, frame.size),
          plane.stride,
          component.step,
          component.depth > 8 ? 2 : 1,
          component.depth,
          component.shift};
}

SamplePlane crop(SamplePlane plane, int border) {
  check(plane.size.width > 2 * border && plane.size.height > 2 * border, ErrorKind::kSettings,
        "crop-border ", border, " leaves nothing of a plane of ", plane.size.width, "x",
        plane.size.height);
  plane.data += border * plane.stride + border * plane.step;
  plane.size = {plane.size.width - 2 * border, plane.size.height - 2 * border};
  return plane;
}

double mse(const SamplePlane& a, const SamplePlane& b) {
  check_alike(a.size, b.size, a.depth == b.depth);
  std::vector<double> p(static_cast<size_t>(a.size.width)), q(p.size());
  double sum = 0;
  for (int y = 0; y < a.size.height; ++y) {
    row_values(a, y, p);
    row_values(b, y, q);
    for (size_t x = 0; x < p.size(); ++x) sum += (p[x] - q[x]) * (p[x] - q[x]);
  }
  return sum / static_cast<double>(a.size.area());
}

double ssim(const SamplePlane& a, const SamplePlane& b) {
  check_alike(a.size, b.size, a.depth == b.depth);
  return ssim_of_rows(a.size, a.peak(), [&](int y, std::vector<double>& p, std::vector<double>& q) {
    row_values(a, y, p);
    row_values(b, y, q);
  });
}

double mse(const PictureView& a, const PictureView& b) {
  check_alike(a.size, b.size, a.channels == b.channels);
  const int count = a.size.width * a.channels;
  double sum = 0;
  for (int y = 0; y < a.size.height; ++y)
    for (int i = 0; i < count; ++i) {
      const double difference = double{a.row(y)[i]} - b.row(y)[i];
      sum += difference * difference;
    }
  return sum / (static_cast<double>(a.size.area()) * a.channels);
}

double ssim(const PictureView& a, const PictureView& b, double peak) {
  check_alike(a.size, b.size, a.channels == b.channels);
  double sum = 0;
  for (int c = 0; c < a.channels; ++c)
    sum += ssim_of_rows(a.size, peak, [&](int y, std::vector<double>& p, std::vector<double>& q) {
      for (size_t x = 0; x < p.size(); ++x) {
        p[x] = a.row(y)[static_cast<int>(x) * a.channels + c];
        q[x] = b.row(y)[static_cast<int>(x) * a.channels + c];
      }
    });
  return sum / a.channels;
}

double psnr_db(double mse, double peak) {
  return mse == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(peak * peak / mse);
}

}  // namespace gan
