// SPDX-License-Identifier: LGPL-2.1-or-later
// The U-Net generator of pix2pix (Isola et al. 2017, arXiv:1611.07004, section 6.1.1); parameters
// are named as in its authors' PyTorch code.
#pragma once

#include "models/network.h"

namespace gan {

struct UnetOptions : Options {
  int in_channels = 3;         // 1..8
  int out_channels = 3;        // 1..8
  int levels = 8;              // 5..10; sides must be multiples of 2^levels: 8 = U-Net 256
  int features = 64;           // 1..512, feature maps of the outermost level
  std::string norm = "batch";  // batch | instance | none
  bool dropout = true;         // 0.5, in the inner levels while training
  // Which statistics batch norm uses when it does not train: the running ones, or those of the
  // picture at hand, with which pix2pix's authors test.
  std::string test_norm = "running";  // running | batch
  void visit(OptionVisitor& v) override;
};

class UnetLevel;

// {N, in_channels, H, W} in [-1, 1] -> {N, out_channels, H, W} in [-1, 1].
class Unet : public ImageNetwork {
 public:
  using OptionsType = UnetOptions;
  explicit Unet(const UnetOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

 private:
  UnetOptions options_;
  std::shared_ptr<UnetLevel> model_;
};

}  // namespace gan
