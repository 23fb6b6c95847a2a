// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/structure.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/fixed_filter.h"

namespace gan::training::losses {
namespace {

constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;

torch::Tensor gaussian_row(int64_t taps, double sigma) {
  const auto x = torch::arange(taps, torch::kDouble) - static_cast<double>(taps / 2);
  const auto row = (-x.square() / (2 * sigma * sigma)).exp();
  return row / row.sum();
}

struct SsimMaps {
  torch::Tensor whole, contrast_structure;
};

SsimMaps ssim_maps(const torch::Tensor& a, const torch::Tensor& b) {
  check(a.sizes() == b.sizes() && a.dim() == 4 && a.size(2) >= 11 && a.size(3) >= 11,
        ErrorKind::kFailed, "SSIM wants equal pictures {N, C, H, W} of sides 11 or more, got ",
        a.sizes(), " and ", b.sizes());
  const auto row = gaussian_row(11, 1.5);
  const auto mean = [&](const torch::Tensor& x) { return separable(x, row, row, 0); };
  const auto ma = mean(a), mb = mean(b);
  const auto variance_a = mean(a * a) - ma * ma, variance_b = mean(b * b) - mb * mb;
  const auto covariance = mean(a * b) - ma * mb;
  const auto contrast_structure = (2 * covariance + kC2) / (variance_a + variance_b + kC2);
  return {contrast_structure * (2 * ma * mb + kC1) / (ma * ma + mb * mb + kC1), contrast_structure};
}

// A sum of outer products, column by row.
using Products = std::vector<std::pair<torch::Tensor, torch::Tensor>>;

torch::Tensor kernel_of(const Products& products) {
  torch::Tensor kernel;
  for (const auto& [column, row] : products) {
    const auto one = at::outer(column, row);
    kernel = kernel.defined() ? kernel + one : one;
  }
  return kernel;
}

torch::Tensor filtered(const torch::Tensor& x, const Products& products, int64_t padding) {
  torch::Tensor sum;
  for (const auto& [column, row] : products) {
    const auto one = separable(x, column, row, padding);
    sum = sum.defined() ? sum + one : one;
  }
  return sum;
}

// Laplacian of Gaussian: g(x) g(y) (x^2 + y^2 - 2 s^2) / s^4, less its mean.
Products log_products(int64_t size, double sigma) {
  const auto x2 = (torch::arange(size, torch::kDouble) - static_cast<double>(size / 2)).square();
  const double s2 = sigma * sigma;
  auto smooth = (-x2 / (2 * s2)).exp();
  smooth = smooth / smooth.sum();
  const Products products = {{(x2 - 2 * s2) * smooth / (s2 * s2), smooth},
                             {smooth, x2 * smooth / (s2 * s2)}};
  const auto mean = kernel_of(products).mean(), ones = torch::ones_like(smooth);
  return {products[0], products[1], {-mean * ones, ones}};
}

// Second derivative along one axis, Gaussian along the other, and the reverse; both cut off at 4
// sigma.
Products scipy_log_products(double sigma) {
  const auto radius = static_cast<int64_t>(4 * sigma + 0.5);
  const auto x = torch::arange(-radius, radius + 1, torch::kDouble);
  const double s2 = sigma * sigma;
  auto smooth = (-x.square() / (2 * s2)).exp();
  smooth = smooth / smooth.sum();
  const auto second = (x.square() / (s2 * s2) - 1 / s2) * smooth;
  return {{second, smooth}, {smooth, second}};
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
  return kernel_of(log_products(size, sigma));
}

torch::Tensor scipy_log_kernel(double sigma) { return kernel_of(scipy_log_products(sigma)); }

torch::Tensor hfenn(const torch::Tensor& a, const torch::Tensor& b) {
  constexpr double kNorm = 0.325;  // about the kernel's largest frequency response
  check(a.size(2) >= 13 && a.size(3) >= 13, ErrorKind::kFailed,
        "HFENN wants sides of at least 13, got ", a.sizes());
  return filtered(a - b, scipy_log_products(1.5), 0).square().mean() / (kNorm * kNorm);
}

torch::Tensor hfen(const torch::Tensor& a, const torch::Tensor& reference) {
  const auto kernel = log_products(15, 1.5);
  return filtered(a - reference, kernel, 7).norm() / filtered(reference, kernel, 7).norm();
}

}  // namespace gan::training::losses
