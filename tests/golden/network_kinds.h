// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of our networks a golden vector's kind is, and what its arguments are called here.
#pragma once

#include <regex>

#include "core/options.h"
#include "tests/golden/network_file.h"

namespace gan::test {

// How the originals' arguments are called here. "" leaves an argument out: it only says what the
// input's size is.
struct Kind {
  std::string name, network;
  Words options;         // theirs -> ours
  OptionValues fixed;    // what the original has no argument for
  bool sigmoid = false;  // the original ends with a sigmoid, which our logits lack
};

inline const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"rrdbnet",
       "rrdbnet",
       {{"num_in_ch", "in_channels"},
        {"num_out_ch", "out_channels"},
        {"scale", "scale"},
        {"num_feat", "features"},
        {"num_block", "blocks"},
        {"num_grow_ch", "growth"}}},
      {"esrgan_tf_rrdb",
       "rrdbnet",
       {{"in", "in_channels"},
        {"out", "out_channels"},
        {"scale", "scale"},
        {"feat", "features"},
        {"blocks", "blocks"},
        {"grow", "growth"},
        {"size", ""}}},
      {"srvgg",
       "compact",
       {{"num_in_ch", "in_channels"},
        {"num_out_ch", "out_channels"},
        {"num_feat", "features"},
        {"num_conv", "convs"},
        {"upscale", "scale"},
        {"act_type", "activation"}}},
      {"dcgan_generator", "dcgan", {{"nz", "latent"}, {"ngf", "features"}, {"nc", "channels"}}},
      {"dcgan_discriminator",
       "dcgan_discriminator",
       {{"ndf", "features"}, {"nc", "channels"}},
       {},
       true},
      {"faces_g",
       "dcgan_faces",
       {{"latent", "latent"},
        {"width", "features"},
        {"fc_width", "dense_features"},
        {"norm", "norm"},
        {"out_kernel", "last_kernel"}}},
      {"faces_d",
       "dcgan_faces_discriminator",
       {{"width", "features"},
        {"first_width", "first_features"},
        {"kernel", "kernel"},
        {"norm", "norm"},
        {"size", ""}},
       {},
       true},
      {"cgan_g", "cgan", {{"latent", "latent"}, {"classes", "classes"}, {"width", "features"}}},
      {"cgan_d", "cgan_discriminator", {{"classes", "classes"}, {"width", "features"}}, {}, true},
      {"unet_d",
       "unet",
       {{"input_nc", "in_channels"},
        {"output_nc", "out_channels"},
        {"num_downs", "levels"},
        {"ngf", "features"},
        {"norm_layer", "norm"},
        {"use_dropout", "dropout"}}},
      {"resnet",
       "resnet",
       {{"input_nc", "in_channels"},
        {"output_nc", "out_channels"},
        {"ngf", "features"},
        {"norm_layer", "norm"},
        {"use_dropout", "dropout"},
        {"n_blocks", "blocks"},
        {"padding_type", "padding"}}},
      {"nlayer",
       "patchgan",
       {{"input_nc", "in_channels"},
        {"ndf", "features"},
        {"n_layers", "layers"},
        {"norm_layer", "norm"}}},
      {"pixel",
       "pixel",
       {{"input_nc", "in_channels"}, {"ndf", "features"}, {"norm_layer", "norm"}}},
      {"unet_discriminator_sn",
       "unet_sn",
       {{"num_in_ch", "in_channels"},
        {"num_feat", "features"},
        {"skip_connection", "skip_connection"}}},
      {"vggstyle_discriminator",
       "vgg_style",
       {{"num_in_ch", "in_channels"}, {"num_feat", "features"}, {"input_size", "side"}}},
      {"wespe_generator", "dped", {{"repeat_num", "blocks"}}, {{"epsilon", "1e-5"}}},
      {"wespe_g", "wespe", {{"filters", "features"}, {"size", ""}}},
      {"wespe_f", "wespe", {{"filters", "features"}, {"size", ""}}},
      {"wespe_dcolor",
       "wespe_discriminator",
       {{"kind", "judges"}, {"width", "features"}, {"size", ""}}},
      {"wespe_dtexture",
       "wespe_discriminator",
       {{"kind", "judges"}, {"width", "features"}, {"size", ""}}},
      {"aug_g", "augcyclegan", {{"latent", "latent"}, {"ngf", "features"}, {"size", ""}}},
      {"aug_e", "augcyclegan_encoder", {{"latent", "latent"}, {"nef", "features"}, {"size", ""}}},
      {"aug_d", "augcyclegan_critic", {{"ndf", "features"}, {"size", ""}}},
      {"aug_dz", "latent_discriminator", {{"latent", "latent"}}},
      {"aal_cin_g",
       "augcyclegan",
       {{"latent", "latent"}, {"ngf", "features"}, {"size", ""}},
       {{"style", "cin"}}},
      {"aal_in_g",
       "augcyclegan",
       {{"ngf", "features"}, {"size", ""}},
       {{"style", "instance"}, {"latent", "0"}}},
      {"aal_e",
       "augcyclegan_encoder",
       {{"latent", "latent"}, {"nef", "features"}, {"norm", ""}, {"size", ""}},
       {{"form", "paper"}}},
      {"aal_db",
       "augcyclegan_critic",
       {{"ndf", "features"}, {"norm", "norm"}, {"size", ""}},
       {{"form", "patch"}}},
      {"aal_da",
       "augcyclegan_critic",
       {{"ndf", "features"}, {"norm", "norm"}, {"size", ""}},
       {{"form", "edges"}}},
      {"srae", "autoencoder", {{"width", "features"}, {"size", ""}}},
      {"vae", "vae", {{"in", "channels"}, {"latent", "latent"}, {"hidden", "hidden"}}},
      {"fastai_critic",
       "critic",
       {{"nf", "features"},
        {"n_channels", "in_channels"},
        {"p", "dropout"},
        {"blocks", "blocks"},
        {"size", ""}}},
      {"fastai_unet",
       "resnet_unet",
       {{"width", "features"},
        {"blocks", "blocks"},
        {"n_classes", "out_channels"},
        {"blur", "blur"},
        {"norm", "norm"},
        {"self_attention", "self_attention"},
        {"y_low", "y_low"},
        {"y_high", "y_high"},
        {"img_size", ""},
        {"input", ""}},
       {{"normalise", "false"}, {"y_low", "0"}, {"y_high", "0"}}},
      {"stylegan2_generator",
       "stylegan2",
       {{"z_dim", "latent"},
        {"c_dim", "classes"},
        {"w_dim", "style"},
        {"img_resolution", "side"},
        {"img_channels", "channels"},
        {"num_layers", "mapping_layers"},
        {"channel_base", "channel_base"},
        {"channel_max", "features"},
        {"num_fp16_res", ""},
        {"conv_clamp", "conv_clamp"}}},
  };
  return all;
}

// The truncation of a StyleGAN2 vector: named by its arguments, or the one its makers used.
inline double truncation_of(const NetworkFile& file) {
  std::smatch match;
  const std::string words = file.metadata("ctor") + file.metadata("options");
  const std::regex psi("truncation_psi[\"]?[=:] *([0-9.]+)");
  return std::regex_search(words, match, psi) ? std::stod(match[1]) : 0.8;
}

// The encoder of the paper is built here with batch norm alone.
inline bool left_out(const NetworkFile& file) {
  const Words options = file.options();
  return file.kind() == "aal_e" && options.contains("norm") && options.at("norm") != "batch";
}

// A value in the originals' words as ours: get_norm_layer('batch'), 4) (fixed width 64, True.
inline std::string value_of(const std::string& ours, std::string text) {
  std::smatch match;
  if (std::regex_search(text, match, std::regex("get_norm_layer\\((?:norm_type=)?'(\\w+)'\\)")))
    return match[1];
  if (ours == "norm" && text == "instance_affine") return "instance";
  if (ours == "blocks" && std::regex_search(text, match, std::regex("^(\\d+)\\)"))) return match[1];
  if (ours == "conv_clamp" && (text == "None" || text == "null")) return "0";
  if (text == "True" || text == "False") text[0] = static_cast<char>(std::tolower(text[0]));
  return text;
}

inline OptionValues options_of(const NetworkFile& file, const Kind& kind) {
  Words theirs;
  for (const auto& [key, value] : file.options()) {
    const auto inner = arguments(value);
    if (key.ends_with("_kwargs") || key == "encoder")
      theirs.insert(inner.begin(), inner.end());
    else if (key == "y_range" && value != "null" && value != "None") {
      std::smatch ends;  // -3..3, or a list joined by '-'
      if (!std::regex_search(value, ends, std::regex("(-?[0-9.]*[0-9])(?:\\.\\.|-|,)(-?[0-9.]+)")))
        throw std::runtime_error(file.name() + ": y_range " + value);
      theirs["y_low"] = ends[1];
      theirs["y_high"] = ends[2];
    } else if (key != "y_range") {
      theirs[key] = value;
    }
  }
  OptionValues values = kind.fixed;
  for (const auto& [key, value] : theirs) {
    const auto ours = kind.options.find(key);
    if (ours == kind.options.end())
      throw std::runtime_error(file.name() + ": unknown argument " + key);
    if (!ours->second.empty()) values[ours->second] = value_of(ours->second, value);
  }
  return values;
}

}  // namespace gan::test
