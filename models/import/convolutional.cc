// SPDX-License-Identifier: LGPL-2.1-or-later
// SPAN, PLKSR and RealPLKSR, RCAN, MoSR, Real-CUGAN, SAFMN.
#include <cmath>

#include "models/import/recognisers.h"

namespace gan::import {

int64_t whole_root(int64_t square) {
  const auto root = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(square))));
  return root * root == square ? root : 0;
}

Shuffled shuffled(int64_t rows, int64_t likely_channels) {
  for (const int64_t channels : {likely_channels, int64_t{3}, int64_t{4}, int64_t{1}})
    if (const int64_t scale = rows % channels == 0 ? whole_root(rows / channels) : 0)
      return {channels, scale};
  return {0, 0};
}

int64_t enlargement(const TensorFile& file, const std::string& convs) {
  int64_t scale = 1;
  for (int64_t place = 0;; place += 2) {
    const auto* conv = shape(file, convs + text(place) + ".weight", 4);
    if (!conv || scale > 8) return scale;
    const int64_t step = whole_root((*conv)[0] / (*conv)[1]);
    if (step < 2) return 0;
    scale *= step;
  }
}

const char* flag(bool value) { return value ? "true" : "false"; }

std::optional<Recognised> span(const TensorFile& file) {
  const auto* branch = shape(file, "conv_1.sk.weight", 4);
  const auto* first = branch ? branch : shape(file, "conv_1.eval_conv.weight", 4);
  const auto* up = shape(file, "upsampler.0.weight", 4);
  if (!first || !up) return {};
  const auto [channels, scale] = shuffled((*up)[0], (*first)[1]);
  if (scale == 0) return {};
  // Without normalising, a graph has three operators on two values in each of the six blocks, and
  // two more where it writes SiLU as a product.
  int operators = 0;
  for (const char* type : {"BinaryOp", "Add", "Sub", "Mul"})
    if (const auto found = file.operators.find(type); found != file.operators.end())
      operators += found->second;
  const bool plain = file.find("no_norm") || operators == 6 * 3 || operators == 6 * 5;
  Recognised found{"span",
                   {{"in_channels", text((*first)[1])},
                    {"out_channels", text(channels)},
                    {"features", text((*first)[0])},
                    {"scale", text(scale)},
                    {"branches", flag(branch)},
                    {"normalise", flag(!plain)}},
                   {},
                   branch ? "SPAN, as it is trained" : "SPAN"};
  found.keys.ignored.insert("no_norm");
  for (const auto& entry : file.tensors)  // made anew of the branches
    if (branch && entry.name.find("eval_conv.") != std::string::npos)
      found.keys.ignored.insert(entry.name);
  return found;
}

std::optional<Recognised> plksr(const TensorFile& file) {
  const bool real = file.find("feats.1.channel_mixer.0.weight");
  const std::string mixer = real ? "feats.1.channel_mixer." : "feats.1.channe_mixer.";
  const auto *first = shape(file, "feats.0.weight", 4),
             *before = shape(file, mixer + "0.weight", 4),
             *after = shape(file, mixer + "2.weight", 4);
  const auto* plain = shape(file, "feats.1.lk.conv.weight", 4);
  const auto* large = plain ? plain : shape(file, "feats.1.lk.mn_conv.weight", 4);
  if (!first || !before || !after || !large) return {};
  int64_t blocks = 0;
  while (file.find("feats." + text(blocks + 1) + ".refine.weight")) ++blocks;
  const auto* last = shape(file, "feats." + text(blocks + (real ? 2 : 1)) + ".weight", 4);
  if (!last) return {};
  const int64_t scale = whole_root((*last)[0] / 3);
  if (scale == 0 || (*first)[1] != 3) return {};
  const char* const kernels = (*before)[2] == 1 ? "iccm" : (*after)[2] == 1 ? "ccm" : "dccm";
  const bool layer = file.find("feats.1.layer_norm.weight"), sample = file.find("to_img.init_pos");
  return Recognised{"plksr",
                    {{"features", text((*first)[0])},
                     {"blocks", text(blocks)},
                     {"scale", text(scale)},
                     {"kernel", text((*large)[2])},
                     {"part", text((*large)[0])},
                     {"mixer", kernels},
                     {"attention", flag(file.find("feats.1.attn.f.0.weight"))},
                     {"large", plain ? "plain" : "rectangular"},
                     {"norm", !real   ? "none"
                              : layer ? "layer"
                                      : "group"},
                     {"upsampler", sample ? "dysample" : "shuffle"}},
                    {},
                    real ? "RealPLKSR" : "PLKSR"};
}

std::optional<Recognised> rcan(const TensorFile& file) {
  const bool unshuffles = file.find("head.1.weight");
  const auto* head = shape(file, unshuffles ? "head.1.weight" : "head.0.weight", 4);
  const auto *last = shape(file, "tail.1.weight", 4),
             *narrow = shape(file, "body.0.body.0.body.3.conv_du.0.weight", 4);
  if (!head || !last || !narrow) return {};
  const int64_t unshuffle = whole_root((*head)[1] / (*last)[0]);
  const int64_t scale = enlargement(file, "tail.0.");
  if (unshuffle == 0 || scale == 0 || scale % unshuffle != 0) return {};
  return Recognised{"rcan",
                    {{"channels", text((*last)[0])},
                     {"features", text((*head)[0])},
                     {"groups", text(count(file, "body.", ".body.0.body.0.weight"))},
                     {"blocks", text(count(file, "body.0.body.", ".body.0.weight"))},
                     {"reduction", text((*head)[0] / (*narrow)[0])},
                     {"scale", text(scale / unshuffle)},
                     {"unshuffle", text(unshuffle)},
                     {"normalise", flag(file.find("sub_mean.weight"))}},
                    {},
                    "RCAN"};
}

std::optional<Recognised> mosr(const TensorFile& file) {
  const auto *first = shape(file, "gblocks.0.weight", 4),
             *wide = shape(file, "gblocks.1.fc1.weight", 4),
             *depthwise = shape(file, "gblocks.1.conv.weight", 4);
  if (!first || !wide || !depthwise) return {};
  const char* upsampler = "shuffle";
  const auto* up = shape(file, "upsampler.0.weight", 4);
  int64_t rows = up ? (*up)[0] : 0;
  if (const auto* means = shape(file, "upsampler.in_to_k.weight", 4)) {
    upsampler = "mean";
    rows = (*means)[0] / 8;
  }
  int64_t scale = whole_root(rows / (*first)[1]);
  if (const auto* offset = shape(file, "upsampler.offset.weight", 4)) {
    upsampler = "dysample";
    scale = whole_root((*offset)[0] / 8);
  }
  if (scale == 0) return {};
  int64_t blocks = 0;
  while (file.find("gblocks." + text(blocks + 1) + ".norm.weight")) ++blocks;
  return Recognised{"mosr",
                    {{"channels", text((*first)[1])},
                     {"features", text((*first)[0])},
                     {"blocks", text(blocks)},
                     {"hidden", text((*wide)[0] / 2)},
                     {"depthwise", text((*depthwise)[0])},
                     {"kernel", text((*depthwise)[2])},
                     {"scale", text(scale)},
                     {"upsampler", upsampler}},
                    {},
                    "MoSR"};
}

std::optional<Recognised> realcugan(const TensorFile& file) {
  const auto *first = shape(file, "unet1.conv1.conv.0.weight", 4),
             *bottom = shape(file, "unet1.conv_bottom.weight", 4);
  if (!first || !bottom) return {};
  const bool four = file.find("conv_final.weight"), pro = file.find("pro");
  Recognised found{"realcugan",
                   {{"channels", text((*first)[1])},
                    {"scale", four                ? "4"
                              : (*bottom)[2] == 5 ? "3"
                                                  : "2"},
                    {"pro", flag(pro)}},
                   {},
                   pro ? "Real-CUGAN pro" : "Real-CUGAN"};
  found.keys.ignored.insert("pro");
  return found;
}

std::optional<Recognised> safmn(const TensorFile& file) {
  const auto *first = shape(file, "to_feat.weight", 4), *last = shape(file, "to_img.0.weight", 4),
             *mixer = shape(file, "feats.0.ccm.ccm.0.weight", 4);
  if (!first || !last || !mixer || (*first)[1] != 3) return {};
  const int64_t scale = whole_root((*last)[0] / 3);
  if (scale == 0) return {};
  return Recognised{"safmn",
                    {{"features", text((*first)[0])},
                     {"blocks", text(count(file, "feats.", ".norm1.weight"))},
                     {"hidden", text((*mixer)[0])},
                     {"scale", text(scale)}},
                    {},
                    "SAFMN"};
}

}  // namespace gan::import
