// SPDX-License-Identifier: LGPL-2.1-or-later
// SwinIR, HAT, SRFormer, DRCT, ATD, DAT, RGT, OmniSR.
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "models/import/recognisers.h"

namespace gan::import {
namespace {

std::string ratio(int64_t part, int64_t whole) {
  return std::to_string(static_cast<double>(part) / static_cast<double>(whole));
}

// One number of a tensor of floats; 0 where it is of another type.
double value_at(const TensorFile& file, const TensorEntry& entry, int64_t place) {
  TensorEntry one = entry;
  one.shape = one.strides = {1};
  one.offset += static_cast<uint64_t>(place) * item_size(entry.dtype);
  std::array<std::byte, 8> bytes{};
  file.read(one, std::span(bytes).first(item_size(entry.dtype)));
  const auto as = [&]<class Number>(Number number) {
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  };
  switch (entry.dtype) {
    case Dtype::kF64: return as(double{});
    case Dtype::kF32: return as(float{});
    case Dtype::kBF16: return std::bit_cast<float>(uint32_t{as(uint16_t{})} << 16);
    case Dtype::kF16: {  // whole numbers of few bits
      const int bits = as(uint16_t{}), exponent = (bits >> 10 & 31) - 15;
      return std::ldexp(1 + (bits & 1023) / 1024.0, exponent);
    }
    default: return 0;
  }
}

// Tensors by which blocks and heads are counted, after "layers.N.".
struct Names {
  std::string block_before, block_after;  // of a tensor that every block has
  std::string heads;                      // whose axis tells their number, times a factor
  int64_t heads_axis = 1, heads_factor = 1;
};

// What the options of all these have in common. False where the ending is none of the four.
bool read_frame(const TensorFile& file, const Names& names, Recognised& found) {
  const auto* unshuffled = shape(file, "conv_first.1.weight", 4);
  const auto* first = unshuffled ? unshuffled : shape(file, "conv_first.weight", 4);
  if (!first) return false;
  std::string depths, heads;
  for (int64_t group = 0;; ++group) {
    const std::string layer = "layers." + text(group) + ".";
    const int64_t depth = count(file, layer + names.block_before, names.block_after);
    const auto* table = shape(file, layer + names.heads, 2);
    if (depth == 0 || !table) break;
    depths += (depths.empty() ? "" : "-") + text(depth);
    heads += (heads.empty() ? "" : "-") +
             text((*table)[static_cast<size_t>(names.heads_axis)] * names.heads_factor);
  }
  const auto *last = shape(file, "conv_last.weight", 4), *up = shape(file, "upsample.0.weight", 4);
  const char* upsampler = "none";
  int64_t channels = last ? (*last)[0] : (*first)[1], scale = 1, tail = 64;
  if (shape(file, "conv_before_upsample.0.weight", 4) && last) {
    tail = (*last)[1];
    upsampler = shape(file, "conv_hr.weight", 4) ? "nearest" : "shuffle";
    scale = upsampler[0] == 's' ? enlargement(file, "upsample.") : 1;
    for (int64_t i = 1; file.find("conv_up" + text(i) + ".weight") && scale < 16; ++i) scale *= 2;
  } else if (up) {
    upsampler = "direct";
    if (unshuffled) channels = 3;
    scale = (*up)[0] % channels == 0 ? whole_root((*up)[0] / channels) : 0;
  } else if (!last) {
    return false;
  }
  const int64_t unshuffle = unshuffled ? whole_root((*first)[1] / channels) : 1;
  if (depths.empty() || scale == 0 || unshuffle == 0 || scale % unshuffle != 0) return false;
  found.options.insert({{"channels", text(channels)},
                        {"features", text((*first)[0])},
                        {"scale", text(scale / unshuffle)},
                        {"tail_features", text(tail)},
                        {"depths", depths},
                        {"heads", heads},
                        {"upsampler", upsampler},
                        {"group_conv", file.find("conv_after_body.weight")     ? "1conv"
                                       : file.find("conv_after_body.0.weight") ? "3conv"
                                                                               : "identity"}});
  if (unshuffled) {
    found.options["unshuffle"] = text(unshuffle);
    for (const char* part : {".weight", ".bias"})
      found.keys[std::string("conv_first") + part] = std::string("conv_first.1") + part;
  }
  if (channels == 3) found.assumed.insert(found.assumed.begin(), "mean");
  return true;
}

const Names kSwin{"residual_group.blocks.", ".norm1.weight",
                  "residual_group.blocks.0.attn.relative_position_bias_table"};
const std::string kFirst = "layers.0.residual_group.blocks.0.";

// Rows of a table of (2 window - 1)^2, or 0.
int64_t window_of(const std::vector<int64_t>& table) { return (whole_root(table[0]) + 1) / 2; }

}  // namespace

std::optional<Recognised> swinir(const TensorFile& file) {
  const auto *table = shape(file, kFirst + "attn.relative_position_bias_table", 2),
             *wide = shape(file, kFirst + "mlp.fc1.weight", 2);
  Recognised found{"swinir", {}, {}, "SwinIR"};
  if (!table || !wide || !read_frame(file, kSwin, found)) return {};
  const int64_t window = window_of(*table);
  found.options["window"] = text(window);
  found.options["mlp_ratio"] = ratio((*wide)[0], (*wide)[1]);
  found.options["range_255"] = flag(window == 7);  // the models for JPEG
  found.assumed.emplace_back("range_255");
  return found;
}

std::optional<Recognised> hat(const TensorFile& file) {
  const auto *table = shape(file, kFirst + "attn.relative_position_bias_table", 2),
             *wide = shape(file, kFirst + "mlp.fc1.weight", 2),
             *narrow = shape(file, kFirst + "conv_block.cab.0.weight", 4),
             *attention = shape(file, kFirst + "conv_block.cab.3.attention.1.weight", 4),
             *overlap = shape(
                 file, "layers.0.residual_group.overlap_attn.relative_position_bias_table", 2);
  Recognised found{"hat", {}, {}, "HAT", {"conv_scale"}};
  if (!table || !wide || !narrow || !attention || !overlap || !read_frame(file, kSwin, found))
    return {};
  const int64_t window = window_of(*table);
  found.options["window"] = text(window);
  found.options["overlap"] = text(whole_root((*overlap)[0]) - window + 1);
  found.options["mlp_ratio"] = ratio((*wide)[0], (*wide)[1]);
  found.options["squeezed"] = text((*narrow)[0]);
  found.options["attention"] = text((*attention)[0]);
  return found;
}

std::optional<Recognised> srformer(const TensorFile& file) {
  const auto *table = shape(file, kFirst + "attn.relative_position_bias_table", 2),
             *wide = shape(file, kFirst + "mlp.fc1.weight", 2);
  Recognised found{"srformer", {}, {}, "SRFormer"};
  if (!table || !wide || !read_frame(file, kSwin, found)) return {};
  found.options["window"] = text(whole_root((*table)[0]) + 1);
  found.options["mlp_ratio"] = ratio((*wide)[0], (*wide)[1]);
  return found;
}

std::optional<Recognised> drct(const TensorFile& file) {
  const auto *table = shape(file, "layers.0.swin1.attn.relative_position_bias_table", 2),
             *wide = shape(file, "layers.0.swin1.mlp.fc1.weight", 2),
             *growth = shape(file, "layers.0.adjust1.weight", 4);
  Recognised found{"drct", {}, {}, "DRCT"};
  if (!table || !wide || !growth) return {};
  // Its groups are all alike.
  const auto *first = shape(file, "conv_first.weight", 4),
             *last = shape(file, "conv_last.weight", 4);
  const int64_t scale = enlargement(file, "upsample.");
  if (!first || !last || scale == 0) return {};
  found.options = {{"channels", text((*last)[0])},
                   {"features", text((*first)[0])},
                   {"growth", text((*growth)[0])},
                   {"groups", text(count(file, "layers.", ".adjust1.weight"))},
                   {"heads", text((*table)[1])},
                   {"window", text(window_of(*table))},
                   {"mlp_ratio", ratio((*wide)[0], (*wide)[1])},
                   {"scale", text(scale)},
                   {"tail_features", text((*last)[1])},
                   {"group_conv", file.find("conv_after_body.weight") ? "1conv" : "identity"}};
  if ((*last)[0] == 3) found.assumed = {"mean"};
  return found;
}

std::optional<Recognised> atd(const TensorFile& file) {
  const std::string block = "layers.0.residual_group.layers.0.";
  const auto *table = shape(file, block + "attn_win.relative_position_bias_table", 2),
             *wide = shape(file, block + "convffn.fc1.weight", 2),
             *local = shape(file, block + "convffn.dwconv.depthwise_conv.0.weight", 4),
             *tokens = shape(file, "layers.0.residual_group.td", 2),
             *query = shape(file, block + "attn_atd.wq.weight", 2);
  const Names names{"residual_group.layers.", ".norm1.weight",
                    "residual_group.layers.0.attn_win.relative_position_bias_table"};
  Recognised found{"atd", {}, {}, "ATD", {"category"}};
  if (!table || !wide || !local || !tokens || !query || !read_frame(file, names, found)) return {};
  const bool light = (*wide)[1] == 48 && found.options["upsampler"] == "direct";
  found.options["window"] = text(window_of(*table));
  found.options["mlp_ratio"] = ratio((*wide)[0], (*wide)[1]);
  found.options["kernel"] = text((*local)[2]);
  found.options["tokens"] = text((*tokens)[0]);
  found.options["reduced"] = text((*query)[0]);
  found.options["category"] = light ? "128" : "256";
  found.options["normalise"] = flag(!file.find("no_norm"));
  found.keys.ignored.insert("no_norm");
  return found;
}

namespace {

const Names kSplit{"blocks.", ".norm1.weight", "blocks.0.attn.attns.0.pos.pos3.2.weight", 0, 2};

// "8-32": the largest distances, which are one less, stand last in a list of all.
std::string split_of(const TensorFile& file) {
  const TensorEntry* const list = file.find("layers.0.blocks.0.attn.attns.0.rpe_biases");
  if (!list || list->shape.size() != 2 || list->shape[1] != 2 || !list->contiguous()) return "";
  const int64_t last = list->numel() - 2;
  if (last < 0 || last > 100000) return "";
  const double height = value_at(file, *list, last) + 1,
               width = value_at(file, *list, last + 1) + 1;
  if (!(height >= 1 && height <= 1000 && width >= 1 && width <= 1000)) return "";
  return text(std::lround(height)) + "-" + text(std::lround(width));
}

}  // namespace

std::optional<Recognised> dat(const TensorFile& file) {
  const auto* wide = shape(file, "layers.0.blocks.0.ffn.fc1.weight", 2);
  Recognised found{"dat", {}, {}, "DAT"};
  const std::string split = split_of(file);
  if (!wide || split.empty() || !read_frame(file, kSplit, found)) return {};
  found.options["split"] = split;
  found.options["expansion"] = ratio((*wide)[0], (*wide)[1]);
  found.options["qkv_bias"] = flag(file.find("layers.0.blocks.0.attn.qkv.bias"));
  return found;
}

std::optional<Recognised> rgt(const TensorFile& file) {
  const auto *wide = shape(file, "layers.0.blocks.0.mlp.fc1.weight", 2),
             *reduced = shape(file, "layers.0.blocks.1.attn.conv.weight", 4);
  Recognised found{"rgt", {}, {}, "RGT"};
  const std::string split = split_of(file);
  if (!wide || split.empty() || !read_frame(file, kSplit, found)) return {};
  found.options["split"] = split;
  found.options["mlp_ratio"] = ratio((*wide)[0], (*wide)[1]);
  found.options["reduced"] = text(reduced ? (*reduced)[0] : (*wide)[1] / 2);
  found.options["qkv_bias"] = flag(file.find("layers.0.blocks.0.attn.qkv.bias"));
  return found;
}

std::optional<Recognised> omnisr(const TensorFile& file) {
  const auto *first = shape(file, "input.weight", 4), *up = shape(file, "up.0.weight", 4);
  if (!first || !up || (*up)[0] % (*first)[1] != 0) return {};
  const int64_t scale = whole_root((*up)[0] / (*first)[1]);
  const std::string group = "residual_layer.0.residual_layer.";
  const auto* positions = shape(file, group + "0.layer.2.fn.rel_pos_bias.weight", 2);
  if (scale == 0) return {};
  Recognised found{"omnisr",
                   {{"channels", text((*first)[1])},
                    {"features", text((*first)[0])},
                    {"groups", text(count(file, "residual_layer.", ".esa.conv1.weight"))},
                    {"blocks", text(count(file, group, ".layer.0.fn.0.weight"))},
                    {"scale", text(scale)},
                    {"window", positions ? text(window_of(*positions)) : "8"},
                    {"positions", flag(positions)},
                    {"bias", flag(file.find("input.bias"))}},
                   {},
                   "OmniSR"};
  if (!positions) found.assumed = {"window"};
  return found;
}

}  // namespace gan::import
