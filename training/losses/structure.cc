// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/structure.h"

#include <cmath>

#include "core/error.h"

namespace gan::training::losses {
namespace {

constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;

torch::Tensor gaussian_row(int64_t taps, double sigma) {
  const auto x = torch::arange(taps, torch::kDouble) - static_cast<double>(taps / 2);
  const auto row = (-x.square() / (2 * sigma * sigma)).exp();
  return row / row.sum();
}

// Filters every channel with row along both axes, valid positions.
torch::Tensor blurred(const torch::Tensor& x, const torch::Tensor& row) {
  const int64_t channels = x.size(1), taps = row.size(0), none = 0, one = 1;
  const auto along = [&](const torch::Tensor& t, at::IntArrayRef shape) {
    const auto kernel = row.to(t.options()).view(shape).repeat({channels, 1, 1, 1});
    return at::conv2d(t, kernel, {}, one, none, one, channels);
  };
  return along(along(x, {1, 1, taps, 1}), {1, 1, 1, taps});
}

struct SsimMaps {
  torch::Tensor whole, contrast_structure;
};

SsimMaps ssim_maps(const torch::Tensor& a, const torch::Tensor& b) {
  check(a.sizes() == b.sizes() && a.dim() == 4 && a.size(2) >= 11 && a.size(3) >= 11,
        ErrorKind::kFailed, "SSIM wants equal pictures {N, C, H, W} of sides 11 or more, got ",
        a.sizes(), " and ", b.sizes());
  const auto row = gaussian_row(11, 1.5);
  const auto mean = [&](const torch::Tensor& x) { return blurred(x, row); };
  const auto ma = mean(a), mb = mean(b);
  const auto variance_a = mean(a * a) - ma * ma, variance_b = mean(b * b) - mb * mb;
  const auto covariance = mean(a * b) - ma * mb;
  const auto contrast_structure = (2 * covariance + kC2) / (variance_a + variance_b + kC2);
  return {contrast_structure * (2 * ma * mb + kC1) / (ma * ma + mb * mb + kC1), contrast_structure};
}

torch::Tensor filtered(const torch::Tensor& x, const torch::Tensor& kernel, int64_t padding) {
  const int64_t channels = x.size(1), one = 1;
  const auto weight = kernel.to(x.options()).repeat({channels, 1, 1, 1});
  return at::conv2d(x, weight, {}, one, padding, one, channels);
}

}  // namespace

torch::Tensor ssim(const torch::Tensor& a, const torch::Tensor& b) {
  return ssim_maps(a, b).whole.mean();
}

torch::Tensor ms_ssim(const torch::Tensor& a, const torch::Tensor& b) {
  constexpr double kWeights[] = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
  check(a.size(2) > 160 && a.size(3) > 160, ErrorKind::kFailed,
        "MS-SSIM wants sides above 160, got ", a.sizes());
  torch::Tensor x = a, y = b, product;
  for (size_t scale = 0; scale < std::size(kWeights); ++scale) {
    const auto maps = ssim_maps(x, y);
    const bool last = scale + 1 == std::size(kWeights);
    // Of each sample and channel; negative values have no root, and that of 0 has no gradient.
    const auto factor = (last ? maps.whole : maps.contrast_structure)
                            .mean({2, 3})
                            .clamp_min(1e-4)
                            .pow(kWeights[scale]);
    product = product.defined() ? product * factor : factor;
    if (last) break;
    x = at::avg_pool2d(x, 2, 2, {x.size(2) % 2, x.size(3) % 2});
    y = at::avg_pool2d(y, 2, 2, {y.size(2) % 2, y.size(3) % 2});
  }
  return product.mean();
}

torch::Tensor psnr_db(const torch::Tensor& a, const torch::Tensor& b) {
  const auto mse = (a - b).square().flatten(1).mean(1);
  return (-10 / std::log(10.0)) * mse.clamp_min(1e-12).log().mean();
}

torch::Tensor log_kernel(int64_t size, double sigma) {
  const auto x = torch::arange(size, torch::kDouble) - static_cast<double>(size / 2);
  const auto r2 = x.square().view({-1, 1}) + x.square();
  const double s2 = sigma * sigma;
  auto gaussian = (-r2 / (2 * s2)).exp();
  gaussian = gaussian / gaussian.sum();
  const auto kernel = gaussian * (r2 - 2 * s2) / (s2 * s2);
  return kernel - kernel.mean();
}

torch::Tensor scipy_log_kernel(double sigma) {
  // Second derivative along one axis, Gaussian along the other, and the reverse; both cut off at 4
  // sigma.
  const auto radius = static_cast<int64_t>(4 * sigma + 0.5);
  const auto x = torch::arange(-radius, radius + 1, torch::kDouble);
  const double s2 = sigma * sigma;
  auto smooth = (-x.square() / (2 * s2)).exp();
  smooth = smooth / smooth.sum();
  const auto second = (x.square() / (s2 * s2) - 1 / s2) * smooth;
  return at::outer(second, smooth) + at::outer(smooth, second);
}

torch::Tensor hfenn(const torch::Tensor& a, const torch::Tensor& b) {
  constexpr double kNorm = 0.325;  // about the kernel's largest frequency response
  check(a.size(2) >= 13 && a.size(3) >= 13, ErrorKind::kFailed,
        "HFENN wants sides of at least 13, got ", a.sizes());
  return filtered(a - b, scipy_log_kernel(1.5), 0).square().mean() / (kNorm * kNorm);
}

torch::Tensor hfen(const torch::Tensor& a, const torch::Tensor& reference) {
  const auto kernel = log_kernel(15, 1.5);
  return filtered(a - reference, kernel, 7).norm() / filtered(reference, kernel, 7).norm();
}

}  // namespace gan::training::losses
