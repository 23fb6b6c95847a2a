// SPDX-License-Identifier: LGPL-2.1-or-later
// Blur kernels of the Real-ESRGAN degradation model (Wang et al. 2021, arXiv:2107.10833, section
// 3.1), and the filters that use them. Kernels are square, odd, row by row, and sum to 1.
#pragma once

#include <vector>

#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

struct Kernel {
  int size = 0;
  std::vector<double> weights;  // size * size
  std::vector<double> row;  // size, where the weights are its outer product with itself, or none
};

enum class BlurShape {
  kGaussian,     // exp(-q / 2), q = x' S^-1 x
  kGeneralized,  // exp(-q^beta / 2)
  kPlateau       // 1 / (1 + q^beta)
};
struct BlurOptions {
  BlurShape shape = BlurShape::kGaussian;
  int size = 21;                    // odd
  double sigma_x = 1, sigma_y = 1;  // pixels, before the rotation
  double angle = 0;                 // radians
  double beta = 1;                  // not of kGaussian
};
Kernel blur_kernel(const BlurOptions& options);

// A circular low-pass (sinc) filter: c J1(c r) / (2 pi r), cut off at c radians a pixel.
Kernel sinc_kernel(int size, double cutoff);

// The kernel in the middle of a larger one of zeros.
Kernel padded(const Kernel& kernel, int size);

// Correlates every channel with the kernel; the border is mirrored without its edge.
void filter(Picture& picture, const Kernel& kernel);

// Unsharp masking with a soft mask of where the picture has structure (Real-ESRGAN's usm_sharp):
// residual = picture - blur; where |residual| * 255 > threshold, weight * residual is added.
// radius: of the Gaussian window in pixels, made odd.
struct SharpenOptions {
  double weight = 0.5;
  int radius = 50;
  double threshold = 10;  // 8-bit code values
};
void sharpen(Picture& picture, const SharpenOptions& options = {});

}  // namespace gan::training
