// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/modulated_conv.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/machine/interruption.h"

namespace gan {

torch::Tensor modulated_conv(const torch::Tensor& x, const torch::Tensor& given_weight,
                             const torch::Tensor& given_style, const Modulation& modulation) {
  end_if_interrupted();
  torch::Tensor weight = given_weight, style = given_style;
  check(style.dim() == 2 && style.size(0) == x.size(0) && style.size(1) == x.size(1),
        ErrorKind::kFailed, "modulated convolution: wants styles {", x.size(0), ", ", x.size(1),
        "}, got ", style.sizes());
  if (x.scalar_type() == at::kHalf && modulation.demodulate) {
    // Demodulation does not care how large both are, but sums in fp16 overflow.
    const auto fan_in = static_cast<double>(weight.size(1) * weight.size(2) * weight.size(3));
    weight = weight / (weight.abs().amax({1, 2, 3}, true) * std::sqrt(fan_in));
    style = style / style.abs().amax({1}, true);
  }
  const auto as_map = [](const torch::Tensor& t) { return t.unsqueeze(2).unsqueeze(3); };
  torch::Tensor y = x * as_map(style).to(x.scalar_type());
  if (modulation.up_filter.defined()) {
    const int64_t taps = modulation.up_filter.size(0), kernel = weight.size(2);
    const int64_t before = kernel / 2 + (taps + 1) / 2 - (kernel - 1),
                  after = kernel / 2 + (taps - 2) / 2 - (kernel - 2);
    y = without_bf16_on_cpu(y, [&](const torch::Tensor& in) {
      return at::conv_transpose2d(in, weight.transpose(0, 1).to(in.scalar_type()), {}, 2);
    });
    y = upfirdn2d(y, modulation.up_filter, {.padding = {before, after, before, after}, .gain = 4});
  } else {
    y = at::conv2d(y, weight, {}, 1, weight.size(2) / 2);
  }
  if (!modulation.demodulate) return y;
  // sum_ik (s_i w_oik)^2 = sum_i s_i^2 (sum_k w_oik^2), in float at least: squares overflow fp16.
  const auto type = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto energy = weight.to(type).square().sum({2, 3});
  const auto norm = (at::matmul(style.to(type).square(), energy.t()) + 1e-8).rsqrt();
  return y * as_map(norm).to(x.scalar_type());
}

torch::Tensor upfirdn2d(const torch::Tensor& x, const torch::Tensor& filter,
                        const Resampling& resampling) {
  torch::Tensor y = x;
  if (resampling.up > 1) {
    y = x.new_zeros({x.size(0), x.size(1), x.size(2) * resampling.up, x.size(3) * resampling.up});
    y.slice(2, 0, y.size(2), resampling.up).slice(3, 0, y.size(3), resampling.up).copy_(x);
  }
  y = at::constant_pad_nd(y, resampling.padding);
  const int64_t channels = x.size(1);
  const auto kernel = (filter.flip({0, 1}) * resampling.gain)
                          .to(x.scalar_type())
                          .expand({channels, 1, filter.size(0), filter.size(1)})
                          .contiguous();  // LibTorch 1.13 reads an expanded bf16 weight wrongly
  const int64_t none = 0, stride = resampling.down, dilation = 1;
  return at::conv2d(y, kernel, {}, stride, none, dilation, channels);
}

torch::Tensor upsample2d(const torch::Tensor& x, const torch::Tensor& filter) {
  const int64_t n = filter.size(0), before = (n + 1) / 2, after = (n - 2) / 2;
  return upfirdn2d(x, filter, {.up = 2, .padding = {before, after, before, after}, .gain = 4});
}

torch::Tensor downsample2d(const torch::Tensor& x, const torch::Tensor& filter) {
  const int64_t n = filter.size(0), before = (n - 1) / 2, after = (n - 2) / 2;
  return upfirdn2d(x, filter, {.down = 2, .padding = {before, after, before, after}});
}

torch::Tensor filter2d(const torch::Tensor& x, const torch::Tensor& filter) {
  const int64_t n = filter.size(0), before = n / 2, after = (n - 1) / 2;
  return upfirdn2d(x, filter, {.padding = {before, after, before, after}});
}

torch::Tensor resample_filter(at::ArrayRef<double> taps) {
  auto row = torch::tensor(taps, at::kDouble);
  row = row / row.sum();
  return at::outer(row, row).to(at::kFloat);
}

ModulatedConvImpl::ModulatedConvImpl(int64_t in, int64_t out, int64_t kernel, bool demodulate,
                                     double offset)
    : demodulate_(demodulate), offset_(offset) {
  weight = register_parameter("weight", torch::randn({out, in, kernel, kernel}) * 0.02);
}

}  // namespace gan
