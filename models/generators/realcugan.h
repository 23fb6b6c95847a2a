// SPDX-License-Identifier: LGPL-2.1-or-later
// Real-CUGAN's UpCunet v3 (bilibili, 2022; after waifu2x's CUNet): two U-Nets of convolutions
// without padding, the second correcting the first.
#pragma once

#include "models/network.h"

namespace gan {

struct RealCuganOptions : Options {
  int channels = 3;  // 1..4
  int scale = 2;     // 2, 3 or 4
  bool pro = false;  // the models "pro": values are squeezed into 0.15 to 0.85 within
  void visit(OptionVisitor& v) override;
};

class CunetSmall;
class CunetLarge;

// {N, channels, H, W} in [0, 1] -> {N, channels, scale H, scale W}, not clamped; sides of at least
// 20, by which the picture is mirrored at its borders.
class RealCugan : public ImageNetwork {
 public:
  using OptionsType = RealCuganOptions;
  explicit RealCugan(const RealCuganOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  RealCuganOptions options_;
  std::shared_ptr<CunetSmall> unet1_;
  std::shared_ptr<CunetLarge> unet2_;
  torch::nn::Conv2d conv_final_{nullptr};
};

}  // namespace gan
