// SPDX-License-Identifier: LGPL-2.1-or-later
// pytorch-CycleGAN-and-pix2pix and a PyTorch WESPE.
#include "models/import/recognisers.h"

namespace gan::import {
namespace {

// Before PyTorch 0.4 instance norms kept running statistics, which nobody used: such tensors stand
// in older files of networks whose norm has none.
void ignore_running_statistics(const TensorFile& file, Recognised& found) {
  for (const auto& entry : file.tensors)
    if (entry.name.ends_with(".running_mean") || entry.name.ends_with(".running_var"))
      found.keys.ignored.insert(entry.name);
}

// A batch norm has a scale; with instance norm the convolution before it has a bias.
std::string norm_of(const TensorFile& file, const std::string& conv, const std::string& norm) {
  if (shape(file, norm + ".weight", 1)) return "batch";
  return shape(file, conv + ".bias", 1) ? "instance" : "none";
}

void finish(const TensorFile& file, Recognised& found) {
  if (found.options.at("norm") != "batch") {
    ignore_running_statistics(file, found);
  } else if (found.network == "unet" || found.network == "resnet") {
    // Its authors test with the statistics of the picture at hand; with the running ones of
    // training at batch size 1 the result looks wrong.
    found.options["test_norm"] = "batch";
  }
}

const std::vector<int64_t>* square_conv(const TensorFile& file, const std::string& name,
                                        int64_t kernel) {
  const auto* sizes = shape(file, name + ".weight", 4);
  return sizes && (*sizes)[2] == kernel && (*sizes)[3] == kernel ? sizes : nullptr;
}

}  // namespace

std::optional<Recognised> unet(const TensorFile& file) {
  const auto* first = square_conv(file, "model.model.0", 4);
  const auto* last = square_conv(file, "model.model.3", 4);
  if (!first || !last) return {};
  int64_t levels = 2;
  std::string level = "model.model.1.model.";
  while (square_conv(file, level + "3.model.1", 4)) {
    level += "3.model.";
    ++levels;
  }
  Recognised found{"unet",
                   {{"in_channels", text((*first)[1])},
                    {"out_channels", text((*last)[1])},
                    {"levels", text(levels)},
                    {"features", text((*first)[0])},
                    {"norm", norm_of(file, "model.model.1.model.1", "model.model.1.model.2")}},
                   {},
                   "U-Net of pix2pix"};
  finish(file, found);
  return found;
}

std::optional<Recognised> resnet(const TensorFile& file) {
  const auto* first = square_conv(file, "model.1", 7);
  if (!first || !square_conv(file, "model.4", 3)) return {};
  const auto block = [](int64_t i) { return "model." + text(10 + i) + ".conv_block."; };
  const bool zero = square_conv(file, block(0) + "0", 3);
  int64_t blocks = 0;
  while (square_conv(file, block(blocks) + (zero ? "0" : "1"), 3)) ++blocks;
  const auto* last = square_conv(file, "model." + text(10 + blocks + 7), 7);
  if (!last) return {};
  const bool dropout = square_conv(file, block(0) + (zero ? "4" : "6"), 3);
  Recognised found{"resnet",
                   {{"in_channels", text((*first)[1])},
                    {"out_channels", text((*last)[0])},
                    {"features", text((*first)[0])},
                    {"blocks", text(blocks)},
                    {"dropout", dropout ? "true" : "false"},
                    {"padding", zero ? "zero" : "reflect"},
                    {"norm", norm_of(file, "model.1", "model.2")}},
                   {},
                   "residual generator of CycleGAN"};
  finish(file, found);
  return found;
}

std::optional<Recognised> patchgan(const TensorFile& file) {
  const auto* first = square_conv(file, "model.0", 4);
  if (!first) return {};
  int64_t layers = 0;
  while (square_conv(file, "model." + text(2 + 3 * layers), 4)) ++layers;
  const auto* last = square_conv(file, "model." + text(2 + 3 * (layers - 1)), 4);
  if (layers < 2 || !last || (*last)[0] != 1) return {};
  Recognised found{"patchgan",
                   {{"in_channels", text((*first)[1])},
                    {"layers", text(layers - 1)},
                    {"features", text((*first)[0])},
                    {"norm", norm_of(file, "model.2", "model.3")}},
                   {},
                   "PatchGAN of pix2pix and CycleGAN"};
  finish(file, found);
  return found;
}

std::optional<Recognised> pixel(const TensorFile& file) {
  const auto* first = square_conv(file, "net.0", 1);
  if (!first || !square_conv(file, "net.5", 1)) return {};
  Recognised found{"pixel",
                   {{"in_channels", text((*first)[1])},
                    {"features", text((*first)[0])},
                    {"norm", norm_of(file, "net.2", "net.3")}},
                   {},
                   "PixelGAN of pix2pix"};
  finish(file, found);
  return found;
}

std::optional<Recognised> dped(const TensorFile& file) {
  const auto* first = square_conv(file, "layers.0", 9);
  if (!first) return {};
  int64_t blocks = 0;
  while (square_conv(file, "layers." + text(2 + blocks) + ".layers.0", 3)) ++blocks;
  if (blocks == 0) return {};
  return Recognised{
      "dped",
      {{"features", text((*first)[0])}, {"blocks", text(blocks)}, {"epsilon", "1e-5"}},
      {},
      "WESPE's generator in PyTorch"};
}

}  // namespace gan::import
