// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/conv_layer.h"

#include "models/blocks/norm.h"
#include "models/blocks/normalised_conv.h"
#include "models/blocks/self_attention.h"

namespace gan {

Chain conv_layer(ConvShape shape, const ConvLayerStyle& style) {
  const bool batch = style.norm == "batch";
  shape.bias = shape.bias && !batch;
  Chain layer;
  if (style.norm == "weight") {
    layer->push_back(WeightNormConv(shape));
  } else if (style.norm == "spectral") {
    layer->push_back(SpectralConv(shape));
  } else {
    auto conv = make_conv(shape);
    torch::nn::init::kaiming_normal_(conv->weight);
    if (shape.bias) torch::nn::init::zeros_(conv->bias);
    layer->push_back(conv);
  }
  if (style.activation) layer->push_back(leaky_relu(style.slope));
  if (batch) layer->push_back(BatchNorm(shape.out));
  if (style.self_attention) layer->push_back(SelfAttention(shape.out));
  return layer;
}

}  // namespace gan
