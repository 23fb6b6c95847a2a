// SPDX-License-Identifier: LGPL-2.1-or-later
// How near a network brings held-out pictures to the truth. Both pictures are rounded to 8 bits and
// compared without a border of `scale` pixels: the protocol of super-resolution's literature
// (BasicSR's convention: space=Y crop=scale range=255), kept at scale 1 for repairs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/picture.h"
#include "models/network.h"
#include "training/datasets/dataset.h"

namespace gan::training {

struct Quality {
  double psnr_y_db = 0, ssim_y = 0;      // on the BT.601 luma
  double psnr_rgb_db = 0, ssim_rgb = 0;  // all three channels pooled; SSIM averaged over them
  double mse_rgb = 0;                    // code values squared
  double gradient_y = 0;  // gradient energy of the luma over the truth's: below 1 blurred, above 1
                          // noise, or edges that the truth lacks
  double hfen_rgb = 0;    // hfen() below, where it was asked for
  void add(const Quality& other);  // for means
  void divide(double count);
};

// Both pictures in [0, 1] and of one size, at least 11 + 2 crop pixels a side; rounded to 8 bits
// here.
Quality measure(Picture restored, Picture truth, int crop);
// The high-frequency error norm of losses/structure.h, 0: no difference; of the same pictures.
double hfen(Picture restored, Picture truth, int crop);

class RestorationJudge {
 public:
  // Throws Error(kData) when the list is empty.
  RestorationJudge(std::vector<RestorationCase> cases, int scale);

  using Restore = std::function<Picture(const Picture& damaged)>;
  // Means over the pictures, of the network's and of the plainly enlarged (or damaged) pictures.
  struct Verdict {
    Quality restored, plain;
  };
  Verdict judge(const Restore& restore) const;

  // Rows of plain | restored | truth, at most 4 pictures, a patch of 128 pixels from each.
  Picture grid(const Restore& restore) const;
  // The same of patches that are restored by themselves, and their means: quick, and near.
  std::pair<Verdict, Picture> look(const Restore& restore) const;
  const std::vector<RestorationCase>& cases() const { return cases_; }
  const Quality& plain() const { return plain_; }  // means of the plain pictures
  int scale() const { return scale_; }

 private:
  std::vector<RestorationCase> cases_;
  int scale_;
  Quality plain_;
};

}  // namespace gan::training
