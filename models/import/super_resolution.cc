// SPDX-License-Identifier: LGPL-2.1-or-later
// Real-ESRGAN, ESRGAN and BasicSR.
#include "core/error.h"
#include "models/import/recognisers.h"

namespace gan::import {
// SRVGGNetCompact: body.0 is a convolution, activations with weights (PReLU) at the odd places.
std::optional<Recognised> compact(const TensorFile& file) {
  const auto* first = shape(file, "body.0.weight", 4);
  if (!first) return {};
  const bool prelu = shape(file, "body.1.weight", 1) != nullptr;
  int64_t last = 0;
  while (shape(file, "body." + text(last + 2) + ".weight", 4)) last += 2;
  const auto* end = shape(file, "body." + text(last) + ".weight", 4);
  if (last < 2 || !end || (*first)[1] == 0) return {};
  // More than four channels are the unshuffled ones of a colour picture.
  const int64_t unshuffle = (*first)[1] > 4 ? whole_root((*first)[1] / 3) : 1;
  if (unshuffle == 0 || (*first)[1] % (unshuffle * unshuffle) != 0) return {};
  const int64_t in = (*first)[1] / (unshuffle * unshuffle);
  const auto [channels, shuffle] = shuffled((*end)[0], in);
  if (shuffle == 0 || shuffle % unshuffle != 0) return {};
  // One without weights is told by the graph of an ONNX file alone.
  const bool leaky = file.operators.contains("LeakyRelu");
  const bool told = prelu || leaky || file.operators.contains("Relu");
  const char* const activation = prelu ? "prelu" : leaky ? "leakyrelu" : "relu";
  return Recognised{"compact",
                    {{"in_channels", text(in)},
                     {"out_channels", text(channels)},
                     {"features", text((*first)[0])},
                     {"convs", text(last / 2 - 1)},
                     {"scale", text(shuffle / unshuffle)},
                     {"unshuffle", text(unshuffle)},
                     {"activation", activation}},
                    {},
                    "SRVGGNetCompact",
                    told ? std::vector<std::string>{} : std::vector<std::string>{"activation"}};
}

namespace {

// The three generations of names for RRDBNet's parts.
struct RrdbNames {
  const char* origin;
  std::string first, block, dense, body;
  std::vector<std::string> up;
  std::string hr, last;
};

std::optional<RrdbNames> rrdb_names(const TensorFile& file) {
  if (file.find("conv_first.weight") && file.find("conv_body.weight"))
    return RrdbNames{.origin = "RRDBNet (Real-ESRGAN names)",
                     .first = "conv_first",
                     .block = "body.",
                     .dense = ".rdb",
                     .body = "conv_body",
                     .up = {"conv_up1", "conv_up2"},
                     .hr = "conv_hr",
                     .last = "conv_last"};
  if (file.find("conv_first.weight") && file.find("trunk_conv.weight"))
    return RrdbNames{.origin = "RRDBNet (ESRGAN names)",
                     .first = "conv_first",
                     .block = "RRDB_trunk.",
                     .dense = ".RDB",
                     .body = "trunk_conv",
                     .up = {"upconv1", "upconv2"},
                     .hr = "HRconv",
                     .last = "conv_last"};
  if (file.find("model.0.weight") && file.find("model.1.sub.0.RDB1.conv1.0.weight")) {
    RrdbNames names{.origin = "RRDBNet (old ESRGAN names)",
                    .first = "model.0",
                    .block = "model.1.sub.",
                    .dense = ".RDB",
                    .body = {},
                    .up = {},
                    .hr = {},
                    .last = {}};
    // Places of a torch Sequential: enlarging, convolution and activation for each doubling, then
    // convolution, activation, convolution.
    int64_t place = 2;
    while (file.find("model." + text(place + 1) + ".weight")) {
      names.up.push_back("model." + text(place + 1));
      place += 3;
    }
    names.hr = "model." + text(place);
    names.last = "model." + text(place + 2);
    return names;
  }
  return {};
}

}  // namespace

std::optional<Recognised> rrdbnet(const TensorFile& file) {
  auto names = rrdb_names(file);
  if (!names) return {};
  const bool old = names->body.empty();
  const std::string suffix = old ? ".0" : "";
  int64_t blocks = 0;
  const auto dense_conv = [&](int64_t block, int dense, int conv) {
    return names->block + text(block) + names->dense + text(dense) + ".conv" + text(conv) + suffix;
  };
  while (file.find(dense_conv(blocks, 1, 1) + ".weight")) ++blocks;
  if (old) names->body = names->block + text(blocks);
  const auto* first = shape(file, names->first + ".weight", 4);
  const auto* growth = shape(file, dense_conv(0, 1, 1) + ".weight", 4);
  const auto* last = shape(file, names->last + ".weight", 4);
  if (!first || !growth || !last || blocks == 0 || (*last)[0] == 0) return {};
  const int64_t unshuffle = whole_root((*first)[1] / (*last)[0]);
  const auto doublings = static_cast<int64_t>(names->up.size());
  if (unshuffle == 0 || doublings > 4 || (1 << doublings) % unshuffle != 0) return {};
  const auto skip = [&](int64_t block, int dense) {
    return names->block + text(block) + names->dense + text(dense) + ".conv1x1.weight";
  };
  const bool plus = shape(file, skip(0, 1), 4) != nullptr;
  Recognised found{"rrdbnet",
                   {{"in_channels", text((*last)[0])},
                    {"out_channels", text((*last)[0])},
                    {"scale", text((1 << doublings) / unshuffle)},
                    {"doublings", text(doublings)},
                    {"features", text((*first)[0])},
                    {"blocks", text(blocks)},
                    {"growth", text((*growth)[0])},
                    {"plus", plus ? "true" : "false"}},
                   {},
                   (plus ? "ESRGAN+, " : "") + std::string(names->origin)};
  const auto map = [&](const std::string& ours, const std::string& theirs) {
    for (const char* part : {".weight", ".bias"}) found.keys[ours + part] = theirs + part;
  };
  map("conv_first", names->first);
  map("conv_body", names->body);
  for (size_t i = 0; i < names->up.size(); ++i) map(concat("conv_up", i + 1), names->up[i]);
  map("conv_hr", names->hr);
  map("conv_last", names->last);
  for (int64_t block = 0; block < blocks; ++block)
    for (int dense = 1; dense <= 3; ++dense) {
      if (plus)
        found.keys["body." + text(block) + ".rdb" + text(dense) + ".conv1x1.weight"] =
            skip(block, dense);
      for (int conv = 1; conv <= 5; ++conv)
        map("body." + text(block) + ".rdb" + text(dense) + ".conv" + text(conv),
            dense_conv(block, dense, conv));
    }
  return found;
}

// UNetDiscriminatorSN, as in Real-ESRGAN's *_netD.pth.
std::optional<Recognised> unet_sn(const TensorFile& file) {
  const auto* first = shape(file, "conv0.weight", 4);
  if (!first || !shape(file, "conv8.weight_orig", 4) || !shape(file, "conv9.weight", 4)) return {};
  return Recognised{"unet_sn",
                    {{"in_channels", text((*first)[1])}, {"features", text((*first)[0])}},
                    {},
                    "UNetDiscriminatorSN of Real-ESRGAN"};
}

std::optional<Recognised> vgg_style(const TensorFile& file) {
  const auto* first = shape(file, "conv0_0.weight", 4);
  if (!first || !shape(file, "linear2.weight", 2)) return {};
  return Recognised{"vgg_style",
                    {{"in_channels", text((*first)[1])},
                     {"features", text((*first)[0])},
                     {"side", shape(file, "conv5_0.weight", 4) ? "256" : "128"}},
                    {},
                    "VGGStyleDiscriminator of BasicSR"};
}

}  // namespace gan::import
