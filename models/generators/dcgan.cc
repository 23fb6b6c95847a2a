// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/dcgan.h"

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/blocks/norm.h"

namespace gan {

int dcgan_stages(int side, const char* network) {
  for (const int stages : {2, 3, 4, 5, 6})
    if (side == 4 << stages || (stages == 3 && side == 28)) return stages;
  fail(ErrorKind::kSettings, "network ", network, ": side must be 16, 28, 32, 64, 128 or 256, got ",
       side);
}

void DcganOptions::visit(OptionVisitor& v) {
  v.integer("latent", latent, 1, 4096, "length of the code");
  v.integer("features", features, 1, 512, "feature maps before the last layer");
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("side", side, 16, 256, "of the picture: 16, 28, 32, 64, 128 or 256");
}

Dcgan::Dcgan(const DcganOptions& options) : options_(options) {
  const bool cropped = options.side == 28;
  // The cropped form keeps a layer of full width before its 1x1 last one.
  const int stages = dcgan_stages(options.side, "dcgan") + (cropped ? 1 : 0);
  int64_t in = options.latent;
  for (int i = 0; i < stages; ++i) {
    const int64_t out = int64_t{options.features} << (stages - 1 - i);
    main_->push_back(ConvTranspose(
        i == 0 ? ConvShape{.in = in, .out = out, .kernel = 4, .padding = 0, .bias = false}
               : ConvShape{
                     .in = in, .out = out, .kernel = 4, .stride = 2, .padding = 1, .bias = false}));
    main_->push_back(BatchNorm(out));
    main_->push_back(relu());
    in = out;
  }
  ConvShape last{
      .in = in, .out = options.channels, .kernel = 4, .stride = 2, .padding = 1, .bias = false};
  if (cropped) last.kernel = 1, last.stride = 1, last.padding = 2;
  main_->push_back(ConvTranspose(last));
  main_->push_back(torch::nn::Tanh());
  register_module("main", main_);
  init_normal(*this);
}

NetworkTraits Dcgan::traits() const {
  return {.in_channels = 0,
          .out_channels = options_.channels,
          .low = -1,
          .receptive_radius = kGlobalRadius,
          .latent = options_.latent,
          .out_width = options_.side,
          .out_height = options_.side};
}

torch::Tensor Dcgan::forward(torch::Tensor latent) {
  return main_->forward(check_latent(latent, traits(), "dcgan").unsqueeze(2).unsqueeze(3));
}

}  // namespace gan
