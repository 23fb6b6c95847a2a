// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/precision_trial.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <limits>

#include "core/error.h"
#include "core/metrics.h"
#include "models/builtin.h"
#include "models/picture_tensor.h"

namespace gan {
namespace {

constexpr double kGain = 1.15, kNear_db = 50;
constexpr double kMost_ms = 100;
constexpr int kSmallest = 16, kLargest = 256;

// The longest square side, a multiple of what the network wants, that is quick enough.
int trial_side(const NetworkTraits& traits, double ms_per_pixel) {
  const double side = std::sqrt(kMost_ms / std::max(ms_per_pixel, 1e-9));
  const int quick = std::clamp(static_cast<int>(std::min(side, 1e4)), kSmallest, kLargest);
  return padded_side(std::max(quick - traits.size_multiple + 1, 1), traits);
}

// The middle of the photograph, mirrored where a network wants more than there is.
torch::Tensor photograph(int side, int channels) {
  torch::Tensor picture = tensor_from_picture(centre_patch(builtin_photograph(), side));
  if (channels == 1) picture = picture.mean(1, true);
  if (channels == 4) picture = at::cat({picture, torch::ones_like(picture.slice(1, 0, 1))}, 1);
  for (const int64_t d : {2, 3})
    while (picture.size(d) < side) picture = at::cat({picture, picture.flip(d)}, d);
  return picture.slice(2, 0, side).slice(3, 0, side).contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace

bool PrecisionTrial::bf16_serves() const {
  return psnr_db >= kNear_db && fp32_ms >= kGain * bf16_ms;
}

std::string PrecisionTrial::text() const {
  return concat(std::fixed, std::setprecision(2), "bf16 is ", fp32_ms / bf16_ms, " times as fast, ",
                std::setprecision(1), psnr_db, " dB near");
}

PrecisionTrial try_precisions(TileRunner& runner, double ms_per_pixel) {
  const torch::Tensor tile =
      photograph(trial_side(runner.traits(), ms_per_pixel), runner.traits().in_channels);
  double best = 0;
  const auto timed = [&](torch::ScalarType precision) {
    runner.use(precision);
    torch::Tensor result;
    best = std::numeric_limits<double>::infinity();
    for (int round = 0; round < 2; ++round) {
      const auto start = std::chrono::steady_clock::now();
      result = runner.forward(tile);
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      best = std::min(best, took.count());
    }
    return result.clamp(0, 1);
  };
  struct BackToFp32 {  // also when it is interrupted
    TileRunner& runner;
    ~BackToFp32() { runner.use(torch::kFloat); }
  } back{runner};
  PrecisionTrial trial;
  const torch::Tensor truth = timed(torch::kFloat);
  trial.fp32_ms = best;
  const torch::Tensor result = timed(torch::kBFloat16);
  trial.bf16_ms = best;
  trial.psnr_db = psnr_db((result - truth).square().mean().item<double>(), 1);
  return trial;
}

}  // namespace gan
