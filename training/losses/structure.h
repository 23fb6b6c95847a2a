// SPDX-License-Identifier: LGPL-2.1-or-later
// Differentiable picture metrics as losses. Pictures {N, C, H, W} in [0, 1].
#pragma once

#include <torch/torch.h>

namespace gan::training::losses {

// Structural similarity (Wang et al. 2004), the same number as core/metrics: Gaussian window 11x11
// of sigma 1.5, valid positions only, C1 = 0.01^2, C2 = 0.03^2; mean over all maps. Sides must be
// at least 11. As a loss: 1 - ssim.
torch::Tensor ssim(const torch::Tensor& a, const torch::Tensor& b);

// Multi-scale SSIM (Wang et al. 2003): contrast and structure at five scales, luminance at the
// last, weights 0.0448, 0.2856, 0.3001, 0.2363, 0.1333; 2x2 averages between. Sides must be above
// 160. Factors below 1e-4 count as 1e-4. As a loss: 1 - ms_ssim.
torch::Tensor ms_ssim(const torch::Tensor& a, const torch::Tensor& b);

// Peak signal-to-noise ratio in dB, each sample's own, averaged. As a loss: -psnr_db.
torch::Tensor psnr_db(const torch::Tensor& a, const torch::Tensor& b);

// A Laplacian of Gaussian kernel {size, size} in double with sum 0 (MATLAB's fspecial('log')).
torch::Tensor log_kernel(int64_t size, double sigma);
// The 13x13 one of scipy.ndimage.gaussian_laplace(sigma 1.5): an impulse's response, its sum not
// removed.
torch::Tensor scipy_log_kernel(double sigma);

// High-frequency error norm of image-superres's auto-encoder: mean over valid positions of
// (LoG(a - b) / 0.325)^2 with SciPy's 13x13 kernel. Sides must be at least 13.
torch::Tensor hfenn(const torch::Tensor& a, const torch::Tensor& b);
// The literature's HFEN (Ravishankar and Bresler 2011): |LoG(a) - LoG(b)| / |LoG(b)|, norms over
// all positions, 15x15 kernel of sigma 1.5, zeros around the pictures.
torch::Tensor hfen(const torch::Tensor& a, const torch::Tensor& reference);

}  // namespace gan::training::losses
