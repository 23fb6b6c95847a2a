// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/autoencoder.h"

#include "models/blocks/convolution.h"
#include "models/blocks/dropout.h"
#include "models/blocks/resampling.h"

namespace gan {

void AutoencoderOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 1, 512, "feature maps at full size");
  v.integer("scale", scale, 1, 4, "enlargement before the network");
  v.real("dropout", dropout, 0, 0.9, "after the first pooling, while training");
}

Autoencoder::Autoencoder(const AutoencoderOptions& options) : options_(options) {
  const int64_t f = options.features;
  const auto conv = [&](const char* name, int64_t in, int64_t out) {
    return register_module(name, make_conv({.in = in, .out = out}));
  };
  enc1_ = conv("enc1", 3, f);
  enc2_ = conv("enc2", f, f);
  enc3_ = conv("enc3", f, 2 * f);
  enc4_ = conv("enc4", 2 * f, 2 * f);
  enc5_ = conv("enc5", 2 * f, 4 * f);
  dec1_ = conv("dec1", 4 * f, 2 * f);
  dec2_ = conv("dec2", 2 * f, 2 * f);
  dec3_ = conv("dec3", 2 * f, f);
  dec4_ = conv("dec4", f, f);
  out_ = conv("out", f, 3);
  init_glorot(*this);
}

NetworkTraits Autoencoder::traits() const {
  const int multiple = options_.scale % 4 == 0 ? 1 : options_.scale % 2 == 0 ? 2 : 4;
  // In pixels of the output: 2 convolutions, 2 at half size, 1 at a quarter, and back: 3 at half...
  // 2 + 2*2 + 4 + 2*2 + 3, plus what pooling and doubling shift (3 + 3).
  const int output_pixels = 2 + 4 + 4 + 4 + 3 + 6;
  const int bicubic = options_.scale > 1 ? 2 : 0;
  return {.scale = options_.scale,
          .receptive_radius = (output_pixels + options_.scale - 1) / options_.scale + bicubic,
          .size_multiple = multiple};
}

Autoencoder::Encoded Autoencoder::encode_with_skips(const torch::Tensor& image) {
  Encoded encoded;
  const auto enlarged = enlarge_bicubic(image, options_.scale);
  encoded.skip_full = enc2_(enc1_(enlarged).relu_()).relu_();
  torch::Tensor x = at::max_pool2d(encoded.skip_full, 2);
  x = batch_dropout(x, options_.dropout, is_training());
  encoded.skip_half = enc4_(enc3_(x).relu_()).relu_();
  encoded.code = enc5_(at::max_pool2d(encoded.skip_half, 2)).relu_();
  return encoded;
}

torch::Tensor Autoencoder::encode(const torch::Tensor& image) {
  check_image(image, traits(), "autoencoder");
  return encode_with_skips(image).code;
}

torch::Tensor Autoencoder::forward(torch::Tensor image) {
  check_image(image, traits(), "autoencoder");
  const Encoded encoded = encode_with_skips(image);
  torch::Tensor x = dec2_(dec1_(nearest_twice(encoded.code)).relu_()).relu_() + encoded.skip_half;
  x = dec4_(dec3_(nearest_twice(x)).relu_()).relu_() + encoded.skip_full;
  return out_(x).relu_();
}

}  // namespace gan
