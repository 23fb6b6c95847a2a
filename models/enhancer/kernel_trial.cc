// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/kernel_trial.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <limits>

#include "core/error.h"
#include "core/metrics.h"
#include "core/resample_axis.h"
#include "models/builtin.h"

namespace gan {
namespace {

constexpr double kGain = 1.15;  // what is faster by less may be so by chance

std::vector<float> clamped(const PictureView& picture) {
  std::vector<float> values;
  for (int y = 0; y < picture.size.height; ++y) {
    const float* const row = picture.row(y);
    for (int i = 0; i < picture.size.width * picture.channels; ++i)
      values.push_back(std::clamp(row[i], 0.0f, 1.0f));
  }
  return values;
}

double psnr_between_db(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
  return psnr_db(sum / static_cast<double>(a.size()), 1);
}

}  // namespace

const KernelTrial::Result& KernelTrial::best(double nearness_db) const {
  const Result* best = &results.front();
  for (const Result& result : results)
    if (result.psnr_db >= nearness_db && result.ms * kGain <= results.front().ms &&
        result.ms < best->ms)
      best = &result;
  return *best;
}

std::string KernelTrial::text() const {
  std::string text;
  for (size_t i = 1; i < results.size(); ++i)
    text += concat(std::fixed, std::setprecision(2), i > 1 ? "; " : "", results[i].kernel, " is ",
                   results[0].ms / results[i].ms, " times as fast, ", std::setprecision(1),
                   results[i].psnr_db, " dB near");
  return text;
}

Picture trial_picture(Size size, int channels) {
  const Picture photograph = builtin_photograph();
  const Size from = photograph.size;
  // Of the middle, as much as there is.
  const int left = std::max(0, (from.width - size.width) / 2),
            top = std::max(0, (from.height - size.height) / 2);
  Picture picture(size, channels);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const float* const rgb =
          photograph.view().at(mirrored(left + x, from.width), mirrored(top + y, from.height));
      float* const out = picture.span().at(x, y);
      if (channels == 1) out[0] = (rgb[0] + rgb[1] + rgb[2]) / 3;
      for (int c = 0; channels > 1 && c < channels; ++c) out[c] = c < 3 ? rgb[c] : 1;
    }
  return picture;
}

KernelTrial try_kernels(
    const std::vector<std::string>& kernels, const Picture& picture,
    const std::function<PictureView(const std::string& kernel, const PictureView& picture)>& run) {
  KernelTrial trial{{}, static_cast<double>(picture.size.area())};
  std::vector<float> truth;
  for (const std::string& kernel : kernels) {
    double best = std::numeric_limits<double>::infinity();
    PictureView result;
    for (int round = 0; round < 2; ++round) {
      const auto start = std::chrono::steady_clock::now();
      result = run(kernel, picture.view());
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      best = std::min(best, took.count());
    }
    const std::vector<float> values = clamped(result);
    if (truth.empty()) truth = values;
    trial.results.push_back({kernel, best, psnr_between_db(values, truth)});
  }
  return trial;
}

}  // namespace gan
