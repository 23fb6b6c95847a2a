// SPDX-License-Identifier: LGPL-2.1-or-later
// The convolution layer from which fast.ai's networks are built: convolution, activation, norm,
// self-attention, in this order.
#pragma once

#include <string>

#include "models/blocks/chain.h"
#include "models/blocks/convolution.h"

namespace gan {

struct ConvLayerStyle {
  std::string norm = "weight";  // weight | spectral (of the convolution), batch | none
  bool activation = true;       // ReLU, or LeakyReLU with slope:
  double slope = 0;
  bool self_attention = false;
};
Chain conv_layer(ConvShape shape, const ConvLayerStyle& style);

}  // namespace gan
