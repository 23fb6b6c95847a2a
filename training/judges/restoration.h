// SPDX-License-Identifier: LGPL-2.1-or-later
// How good a super-resolution network is on held-out pictures, by the protocol of its literature:
// the picture is cropped to a multiple of the scale, shrunk by the antialiased bicubic, rounded to
// 8 bits, enlarged, rounded, and compared without `scale` pixels at each border, on the BT.601 luma
// (BasicSR's convention: space=Y crop=scale range=255).
#pragma once

#include <string>
#include <vector>

#include "core/picture.h"
#include "models/network.h"
#include "training/recipe.h"

namespace gan::training {

struct Quality {
  double psnr_y_db = 0, ssim_y = 0;      // on the luma
  double psnr_rgb_db = 0, ssim_rgb = 0;  // all three channels pooled; SSIM averaged over them
  double mse_rgb = 0;                    // code values squared
  void add(const Quality& other);        // for means
  void divide(double count);
};

// Both pictures in [0, 1] and of one size, at least 11 + 2 crop pixels a side; rounded to 8 bits
// here.
Quality measure(Picture restored, Picture truth, int crop);

// A held-out picture, cropped, and its small counterpart.
struct SuperResolutionCase {
  Picture low, high;
};
// Throws Error(kData) when the picture is too small to be measured.
SuperResolutionCase make_case(const std::string& file, int scale);

class SuperResolutionJudge {
 public:
  // Throws Error(kData) when the list is empty or a picture is too small.
  SuperResolutionJudge(std::vector<std::string> files, int scale);

  // psnr_y, ssim_y, psnr_rgb of the network, and psnr_y_gain over bicubic; means over the pictures.
  Values judge(Network& network, torch::Device device) const;

  // Rows of bicubic | network | truth, at most 4 pictures, a patch of 128 pixels from each.
  Picture grid(Network& network, torch::Device device) const;

 private:
  struct Case : SuperResolutionCase {
    Picture bicubic;
    Quality bicubic_quality;
  };
  std::vector<Case> cases_;
  int scale_;
};

// Takes `count` files, spread evenly, out of the list; at least one stays. Deterministic.
std::vector<std::string> hold_out(std::vector<std::string>& files, int count);

}  // namespace gan::training
