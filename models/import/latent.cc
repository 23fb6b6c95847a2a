// SPDX-License-Identifier: LGPL-2.1-or-later
// Generators from codes: pytorch/examples, csinva's MNIST networks, StyleGAN2.
#include <cmath>

#include "models/import/recognisers.h"

namespace gan::import {
namespace {

std::string numbered(const char* before, int64_t number, const char* after) {
  return before + text(number) + after;
}

}  // namespace

std::optional<Recognised> dcgan(const TensorFile& file) {
  const auto* first = shape(file, "main.0.weight", 4);
  if (!first || (*first)[2] != 4 || !shape(file, "main.1.weight", 1)) return {};
  int64_t convs = 0;
  while (shape(file, numbered("main.", 3 * convs, ".weight"), 4)) ++convs;
  if (convs < 3 || convs > 7) return {};
  const auto& last = *shape(file, numbered("main.", 3 * (convs - 1), ".weight"), 4);
  const bool cropped = last[2] == 1;  // csinva's form for MNIST
  return Recognised{"dcgan",
                    {{"latent", text((*first)[0])},
                     {"features", text(last[0])},
                     {"channels", text(last[1])},
                     {"side", cropped ? "28" : text(int64_t{4} << (convs - 1))}},
                    {},
                    "DCGAN generator of pytorch/examples"};
}

std::optional<Recognised> dcgan_discriminator(const TensorFile& file) {
  const auto* first = shape(file, "main.0.weight", 4);
  if (!first || (*first)[2] != 4 || !shape(file, "main.2.weight", 4)) return {};
  int64_t convs = 1;
  while (shape(file, numbered("main.", 3 * convs - 1, ".weight"), 4)) ++convs;
  if (convs < 3 || convs > 7) return {};
  // A network for 28x28 has the tensors of one for 32x32; pictures of one channel are MNIST's.
  const bool mnist = convs == 4 && (*first)[1] == 1;
  return Recognised{"dcgan_discriminator",
                    {{"features", text((*first)[0])},
                     {"channels", text((*first)[1])},
                     {"side", mnist ? "28" : text(int64_t{4} << (convs - 1))}},
                    {},
                    "DCGAN discriminator of pytorch/examples"};
}

std::optional<Recognised> mlpgan(const TensorFile& file) {
  const auto* first = shape(file, "0.weight", 2);
  const auto* last = shape(file, "4.weight", 2);
  if (file.tensors.size() != 6 || !first || !last || !shape(file, "2.weight", 2)) return {};
  for (const int64_t channels : {1, 3}) {
    const auto side =
        static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>((*last)[0] / channels))));
    if (side >= 4 && side * side * channels == (*last)[0])
      return Recognised{"mlpgan",
                        {{"latent", text((*first)[1])},
                         {"features", text((*first)[0])},
                         {"channels", text(channels)},
                         {"side", text(side)}},
                        {},
                        "GAN of three dense layers"};
  }
  return {};
}

std::optional<Recognised> stylegan2(const TensorFile& file) {
  const auto* constant = shape(file, "synthesis.b4.const", 3);
  const auto* average = shape(file, "mapping.w_avg", 1);
  const auto* first = shape(file, "mapping.fc0.weight", 2);
  const auto* to_rgb = shape(file, "synthesis.b4.torgb.weight", 4);
  if (!constant || !average || !first || !to_rgb) return {};
  const auto* embed = shape(file, "mapping.embed.weight", 2);
  int64_t layers = 0, side = 4;
  while (shape(file, numbered("mapping.fc", layers, ".weight"), 2)) ++layers;
  while (side < 4096 && shape(file, numbered("synthesis.b", 2 * side, ".torgb.weight"), 4))
    side *= 2;
  const auto& top = *shape(file, numbered("synthesis.b", side, ".torgb.weight"), 4);
  const int64_t style = (*average)[0];
  return Recognised{"stylegan2",
                    {{"latent", text((*first)[1] - (embed ? style : 0))},
                     {"classes", text(embed ? (*embed)[1] : 0)},
                     {"style", text(style)},
                     {"side", text(side)},
                     {"channels", text((*to_rgb)[0])},
                     {"mapping_layers", text(layers)},
                     {"features", text((*constant)[0])},
                     // Feature maps are min(channel_base / side, features) at every side.
                     {"channel_base", text(top[1] * side)},
                     // Of NVIDIA's training settings; the weights do not say.
                     {"conv_clamp", "256"}},
                    {},
                    "StyleGAN2 generator of NVIDIA's ada-pytorch"};
}

}  // namespace gan::import
