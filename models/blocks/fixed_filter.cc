// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/fixed_filter.h"

#include <cmath>

namespace gan {

torch::Tensor released_blur_kernel(int64_t size, double nsig) {
  const double step = (2 * nsig + 1) / static_cast<double>(size), from = -nsig - step / 2;
  const auto distribution = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  // size + 1 points spread evenly over [from, nsig + step / 2].
  const double spacing = (nsig + step / 2 - from) / static_cast<double>(size);
  auto row = torch::empty({size}, at::kDouble);
  for (int64_t i = 0; i < size; ++i)
    row[i] = distribution(from + spacing * static_cast<double>(i + 1)) -
             distribution(from + spacing * static_cast<double>(i));
  const auto kernel = at::outer(row, row).sqrt();
  return (kernel / kernel.sum()).to(at::kFloat);
}

torch::Tensor printed_blur_kernel(int64_t size) {
  const auto at = torch::arange(size, at::kDouble) - static_cast<double>(size / 2);
  const auto row = (-at.square() / 6).exp();
  return (at::outer(row, row) * 0.053).to(at::kFloat);
}

torch::Tensor separable(const torch::Tensor& x, const torch::Tensor& column,
                        const torch::Tensor& row, int64_t padding) {
  const int64_t channels = x.size(1), one = 1;
  const auto along = [&](const torch::Tensor& t, const torch::Tensor& taps, at::IntArrayRef shape,
                         at::IntArrayRef zeros) {
    const auto kernel = taps.to(t.options()).view(shape).repeat({channels, 1, 1, 1});
    return at::conv2d(t, kernel, {}, one, zeros, one, channels);
  };
  const auto down = along(x, column, {1, 1, column.size(0), 1}, {padding, 0});
  return along(down, row, {1, 1, 1, row.size(0)}, {0, padding});
}

torch::Tensor depthwise(const torch::Tensor& x, const torch::Tensor& kernel) {
  const int64_t size = kernel.size(0);
  const auto middle = kernel.select(0, size / 2);
  const auto row = middle / middle.select(0, size / 2).sqrt();
  return separable(x, row, row, size / 2);
}

torch::Tensor filtered(const torch::Tensor& x, torch::Tensor& filter) {
  filter = filter.to(x.device());
  return filter.dim() == 2 ? depthwise(x, filter) : at::conv2d(x, filter.to(x.scalar_type()));
}

}  // namespace gan
