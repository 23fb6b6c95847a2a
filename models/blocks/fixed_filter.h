// SPDX-License-Identifier: LGPL-2.1-or-later
// Filters that are part of a network or loss and never trained.
#pragma once

#include <torch/torch.h>

namespace gan {

// The blur that DPED (Ignatov et al. 2017) released and the WESPE and Augmented CycleGAN
// implementations share: the square root of the outer product of normal-distribution differences
// over +-(nsig + 1/2 step), normalised. {size, size} float, computed in double. With size 21 and
// nsig 3 it acts like a Gaussian of 4.3 pixels.
torch::Tensor released_blur_kernel(int64_t size, double nsig = 3);

// The blur that the DPED and WESPE papers print: 0.053 exp(-(x^2 + y^2) / (2 * 3)), so 3 is a
// variance (section 2.1.1, equation 2). {size, size} float; sums to 0.999, not normalised.
torch::Tensor printed_blur_kernel(int64_t size);

// Convolves each channel of {N, C, H, W} with `column` {k} downwards, then with `row` {k} across;
// `padding` zeros at every side. LibTorch's convolutions with whole kernels of such sizes take a
// hundred times as long.
torch::Tensor separable(const torch::Tensor& x, const torch::Tensor& column,
                        const torch::Tensor& row, int64_t padding);
// The same with a kernel {k, k} that is the outer product of a row with itself, k odd, zeros around
// the picture.
torch::Tensor depthwise(const torch::Tensor& x, const torch::Tensor& kernel);

// What a judge sees: a kernel {k, k} blurs each channel, weights {1, 3, 1, 1} mix them into one.
// The filter is moved to the picture's device and stays there, for it is no parameter that to()
// finds.
torch::Tensor filtered(const torch::Tensor& x, torch::Tensor& filter);

}  // namespace gan
