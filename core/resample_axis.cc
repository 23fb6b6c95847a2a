// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/resample_axis.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace gan {
namespace {

// Half width of the kernel, in input samples at scale 1.
double support(Filter filter) {
  switch (filter) {
    case Filter::kNearest: return 0.5;
    case Filter::kBilinear: return 1;
    case Filter::kBicubic: return 2;
    case Filter::kLanczos: return 3;
  }
  return 0;
}

double kernel(Filter filter, double x) {
  const double a = std::abs(x);
  switch (filter) {
    case Filter::kNearest: return x >= -0.5 && x < 0.5 ? 1 : 0;
    case Filter::kBilinear: return std::max(0.0, 1 - a);
    case Filter::kBicubic:  // Keys 1981, eq. 15, a = -0.5
      if (a <= 1) return (1.5 * a - 2.5) * a * a + 1;
      return a <= 2 ? ((-0.5 * a + 2.5) * a - 4) * a + 2 : 0;
    case Filter::kLanczos: {
      if (a >= 3) return 0;
      const double t = std::numbers::pi * a;
      return t < 1e-9 ? 1 : 3 * std::sin(t) * std::sin(t / 3) / (t * t);
    }
  }
  return 0;
}

}  // namespace

int mirrored(int index, int side) {
  const int period = 2 * side;
  index = ((index % period) + period) % period;
  return index < side ? index : period - 1 - index;
}

int reflected(int index, int side) {
  const int period = std::max(2 * (side - 1), 1), place = index % period;
  return place < side ? place : period - place;
}

ResampleAxis make_axis(const ResampleGrid& grid, Filter filter) {
  const double scale = grid.scale > 0 ? grid.scale : static_cast<double>(grid.out) / grid.in;
  // Nearest never averages, as everywhere.
  const double stretch = filter == Filter::kNearest ? 1 : std::max(1.0, 1 / scale);
  const double radius = support(filter) * stretch;
  ResampleAxis axis;
  axis.taps = static_cast<int>(std::ceil(2 * radius)) + 2;
  std::vector<double> sample(static_cast<size_t>(axis.taps));
  for (int x = 0; x < grid.out; ++x) {
    const double centre = (x + 0.5) / scale - 0.5 + grid.shift;
    const int left = static_cast<int>(std::floor(centre - radius));
    double sum = 0;
    for (int k = 0; k < axis.taps; ++k)
      sum += sample[static_cast<size_t>(k)] = kernel(filter, (centre - left - k) / stretch);
    for (int k = 0; k < axis.taps; ++k) {
      axis.index.push_back(mirrored(left + k, grid.in));
      axis.weight.push_back(static_cast<float>(sample[static_cast<size_t>(k)] / sum));
    }
  }
  return axis;
}

Filter filter_from_name(std::string_view name) {
  if (name == "nearest") return Filter::kNearest;
  if (name == "bilinear") return Filter::kBilinear;
  if (name == "bicubic") return Filter::kBicubic;
  if (name == "lanczos") return Filter::kLanczos;
  fail(ErrorKind::kSettings, "filter must be nearest, bilinear, bicubic or lanczos, got ", name);
}

}  // namespace gan
